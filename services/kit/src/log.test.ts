import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

let dir: string
let program: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'msctl-log-'))
  program = path.join(dir, 'program.cjs')
  const contents = `
    import { readFileSync } from 'node:fs'
    import { createLogger } from './log.ts'
    import { start } from './run.ts'
    start('things', async () => {
      if (process.argv[2] === 'failing') throw new Error('no such host')
      const { log, close } = createLogger({ service: 'things', level: 'info' })
      for (const word of ['one', 'two', 'three']) {
        log.info(word)
        await new Promise((resolve) => setTimeout(resolve, 150)) // longer than lines are held back
      }
      if (process.argv[2] === 'idle') {
        const countWrites = () => Number(/syscw: (.*)/.exec(readFileSync('/proc/self/io', 'utf8'))[1])
        const before = countWrites()
        await new Promise((resolve) => setTimeout(resolve, 500))
        log.info({ writes: countWrites() - before })
      }
      log.info('four')
      if (process.argv[2] === 'goes-on') await new Promise(() => setInterval(() => {}, 1000))
      close()
      process.exit(3)
    })`
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: program, logLevel: 'silent' },
    conditions: ['@msctl/source'],
  })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function run(file: string, ...args: string[]): Promise<number | null> {
  const out = openSync(file, 'a')
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', out, 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

test('every line is written in the end, each with the name of the service', async () => {
  const file = path.join(dir, 'log')
  expect(await run(file)).toBe(3)
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    ['one', 'two', 'three', 'four'].map((msg) => ({ service: 'things', msg })),
  )
})

test('a line is not held back until the end', async () => {
  const file = path.join(dir, 'goes-on')
  const child = spawn(process.execPath, [program, 'goes-on'], {
    stdio: ['ignore', openSync(file, 'a'), 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await expect.poll(() => readFile(file, 'utf8'), { timeout: 10_000 }).toContain('four')
})

test.runIf(existsSync('/proc/self/io'))('a service that has nothing to say writes nothing', async () => {
  const file = path.join(dir, 'idle')
  await run(file, 'idle')
  const said = (await readFile(file, 'utf8')).split('\n').find((line) => line.includes('writes'))
  // At most what was said before.
  expect(JSON.parse(said ?? '{}').writes).toBeLessThan(4)
})

// Linux has a disk that is always full.
test.runIf(existsSync('/dev/full')).for([
  ['goes on, and ends when it is told to', [], 3],
  ['ends when it fails', ['failing'], 1],
] as const)('a service whose log cannot be written %s', async ([, args, code]) => {
  expect(await run('/dev/full', ...args)).toBe(code)
})
