/**
 * All that the page does by itself: the copy buttons, which are of no use without it, and opening what a link leads to.
 * Needs no network, and works from a file.
 */
export const SCRIPT = `
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  const label = button.textContent
  button.addEventListener('click', async () => {
    const source = button.closest('.repro').querySelector('code')
    try {
      await navigator.clipboard.writeText(source.textContent)
    } catch {
      getSelection().selectAllChildren(source)
      document.execCommand('copy')
      getSelection().removeAllRanges()
    }
    button.textContent = button.dataset.copy
    setTimeout(() => { button.textContent = label }, 1500)
  })
}
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target?.tagName === 'DETAILS') target.open = true
}
addEventListener('hashchange', openTarget)
openTarget()
`
