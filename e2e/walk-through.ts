/** A command of the walk-through, as it is printed, and what it has to answer. */
export interface Step {
  command: string
  /** For each answer in turn: the statuses that are right, and the body with `…` for anything. */
  answers: { statuses: number[]; body: string }[]
}

const SECTION = /<!-- walk-through -->(.*)<!-- \/walk-through -->/s
const BLOCK = /```bash\n(.*?)```/gs
/** `# 200 {…}`, or for an answer that comes several times `# 5 × 502 or 504 {…}`. */
const ANSWER = /^# (?:(\d+) × )?(\d{3})(?: or (\d{3}))?(?: (.*))?$/

/**
 * Takes the commands of the walk-through out of a README.
 *
 * @throws when there is no walk-through in it.
 */
export function readSteps(readme: string): Step[] {
  const section = SECTION.exec(readme)?.[1]
  if (section === undefined) throw new Error('There is no walk-through between the markers')
  return [...section.matchAll(BLOCK)].flatMap(([, block = '']) => readBlock(block))
}

function readBlock(block: string): Step[] {
  const steps: Step[] = []
  let lines: string[] = []
  for (const line of block.split('\n')) {
    const answer = ANSWER.exec(line)
    if (answer !== null) {
      const [, times = '1', status, otherStatus, body = ''] = answer
      const statuses = [status, otherStatus].flatMap((each) => (each === undefined ? [] : [Number(each)]))
      for (let i = 0; i < Number(times); i++) steps.at(-1)?.answers.push({ statuses, body })
    } else if (line.trim() !== '' && !line.startsWith('#')) {
      lines.push(line)
      if (isComplete(lines)) {
        steps.push({ command: lines.join('\n'), answers: [] })
        lines = []
      }
    }
  }
  if (lines.length > 0) throw new Error(`A command does not end: ${lines.join('\n')}`)
  return steps
}

/** Whether the shell would run these lines, rather than wait for more. */
function isComplete(lines: string[]): boolean {
  const isLoop = lines[0]?.startsWith('for ')
  return isLoop ? lines.at(-1) === 'done' : !lines.at(-1)?.endsWith('\\')
}

/** Whether a text fits a pattern in which `…` stands for anything. */
export function fits(text: string, pattern: string): boolean {
  const literals = pattern.split('…').map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literals.join('.*')}$`, 's').test(text)
}
