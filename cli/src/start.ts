// What runs first. Who only asks for the version is answered before anything is loaded, and without Node's streams, which
// alone would take a fifth of the time that Node needs to start. Who only reads one object need not wait for the menu: what
// that takes is in this bundle, too, though it is run only then.
import { writeSync } from 'node:fs'
import manifest from '../package.json' with { type: 'json' }
import type { BegunRequest } from './quick-get/begin-request.ts'
import { type PlainGet, parseGet } from './quick-get/parse-get.ts'

const { env } = process
const argv = process.argv.slice(2)
const words = argv.join(' ')
const get = parseGet(argv)
if (words === '--version' || words === '-V') sayVersion()
else if (get !== undefined) void getQuickly(get)
else void runMain()

function sayVersion(): void {
  try {
    writeSync(1, `${manifest.version}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error // nobody reads on
  }
}

async function getQuickly(plainGet: PlainGet): Promise<void> {
  const { quickGet } = await import('./quick-get.ts')
  const outcome = await quickGet(plainGet, { programDir: import.meta.dirname, cwd: process.cwd(), env })
  if (outcome.isDone) process.exit()
  await runMain(outcome.begun)
}

async function runMain(begun?: BegunRequest): Promise<void> {
  const { main } = await import('./main.ts')
  await main(argv, env, begun)
}
