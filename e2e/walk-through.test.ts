import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { fits, readSteps } from './walk-through.ts'

const readme = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')

test('both READMEs have the same walk-through', async () => {
  const [english, russian] = await Promise.all([readme('README.md'), readme('README.ru.md')])
  const steps = readSteps(english)
  expect(steps.length).toBeGreaterThan(30)
  expect(readSteps(russian)).toEqual(steps)
})

test('a command goes on over lines and loops, and is followed by its answers', () => {
  const steps = readSteps(`<!-- walk-through -->
\`\`\`bash
# Comment
curl a \\
  -d b
# 201 {"id":1,…}
for i in {1..3}; do
  curl c
done
# 2 × 502 or 504 {…}
# 1 × 503
\`\`\`
<!-- /walk-through -->`)
  expect(steps).toEqual([
    { command: 'curl a \\\n  -d b', answers: [{ statuses: [201], body: '{"id":1,…}' }] },
    {
      command: 'for i in {1..3}; do\n  curl c\ndone',
      answers: [
        { statuses: [502, 504], body: '{…}' },
        { statuses: [502, 504], body: '{…}' },
        { statuses: [503], body: '' },
      ],
    },
  ])
})

test('an answer fits when it is the same but for what is left open', () => {
  expect(fits('{"id":1,"at":"now"}', '{"id":1,"at":"…"}')).toBe(true)
  expect(fits('{"id":1}', '{"id":1}')).toBe(true)
  expect(fits('{"id":11}', '{"id":1}')).toBe(false)
  expect(fits('[{"id":1}]', '{"id":1}')).toBe(false)
})
