import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadSheet } from './load-sheet.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'msctl-scenario-'))
  return () => rm(folder, { recursive: true })
})

test.each([
  ['export default {}', 'name'],
  ["export default { name: 'x', title: 'X', question: '?', steps: [] }", 'at least one step'],
  ['export default 1 +', 'Unexpected'],
])('%j is refused, saying why', async (text, reason) => {
  const file = path.join(folder, 'broken.mjs')
  await writeFile(file, text)
  await expect(loadSheet(file)).rejects.toMatchObject({
    code: 'scenario-unreadable',
    facts: { reason: expect.stringContaining(reason) },
  })
})

/** What came of loading a file, and of its first step, in a Node of its own: vitest would import in its own way. */
interface Outcome {
  readonly refused?: { readonly file: string; readonly line?: number; readonly reason: string }
  /** Where the first step failed. */
  readonly place?: string
}

let program: string
beforeAll(async () => {
  const bundled = await mkdtemp(path.join(tmpdir(), 'msctl-load-sheet-'))
  program = path.join(bundled, 'program.cjs')
  await build({
    stdin: {
      resolveDir: import.meta.dirname,
      contents: `
        import { loadSheet } from './load-sheet.ts'
        const wait = {
          done: async () => undefined,
          failed: async () => { await null; throw new Error('not from this file') },
        }
        loadSheet(process.argv[2])
          .then(({ sheet, placeOf }) =>
            sheet.steps[0].run({ state: {}, world: wait }).catch((error) => ({ place: placeOf(error) })),
          )
          .catch((error) => ({ refused: error.facts }))
          .then((outcome) => console.log(JSON.stringify(outcome)))`,
    },
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: program, conditions: ['@msctl/source'] },
  })
  return () => rm(bundled, { recursive: true })
})

const HEAD = `export default {
  name: 'mine', title: 'Mine', question: '?',`

describe.each(['mine.ts', 'mine.mjs'])('%s', (name) => {
  async function load(text: string): Promise<Outcome> {
    await writeFile(path.join(folder, name), text)
    const { stdout } = await promisify(execFile)(process.execPath, [program, name], { cwd: folder })
    return JSON.parse(stdout) as Outcome
  }

  test('that is no JavaScript is refused with the line', async () => {
    for (const [text, line] of [
      [`${HEAD}\n  steps: [\n`, 4],
      [`${HEAD}\n  idea: '?'\n  steps: [],\n}\n`, 4],
    ] as const) {
      expect(await load(text)).toEqual({
        refused: { file: name, line, reason: expect.stringMatching(/^Unexpected token/) },
      })
    }
  })

  test('that fails while it is loaded is refused with the line', async () => {
    expect(await load(`const nothing = null\n\nexport default { name: nothing.name }\n`)).toEqual({
      refused: { file: name, line: 3, reason: "Cannot read properties of null (reading 'name')" },
    })
  })

  test('whose step fails says where, also in what the file calls', async () => {
    const sheet = (wait: string) => `${HEAD}
  steps: [{
    title: 'Look.',
    run: async (lab) => {
      await lab.world.${wait}()
      lab.state.user.name
    },
  }],
}`
    expect(await load(sheet('done'))).toEqual({ place: `${name}:7` })
    expect(await load(sheet('failed'))).toEqual({ place: `${name}:6` })
  })
})
