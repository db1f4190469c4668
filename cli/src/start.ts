// What runs first. Who only asks for the version is answered before anything else is loaded, and without Node's streams,
// which alone would take a fifth of the time that Node needs to start.
import { writeSync } from 'node:fs'
import manifest from '../package.json' with { type: 'json' }
import { cacheCompiledCode } from './compile-cache.ts'

const { argv, env } = process
const words = argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) sayVersion()
else void runMain()

async function runMain(): Promise<void> {
  cacheCompiledCode(import.meta.dirname)
  const { main } = await import('./main.ts')
  await main(words, env)
}

function sayVersion(): void {
  try {
    writeSync(1, `${manifest.version}\n`)
  } catch (error) {
    // Nobody reads on; or else it is tried again by who can say what is wrong.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') void runMain()
  }
}
