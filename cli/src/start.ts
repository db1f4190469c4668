// What runs first. Who only asks for the version is answered before anything is loaded, and without Node's streams, which
// alone would take a fifth of the time that Node needs to start.
import { writeSync } from 'node:fs'
import manifest from '../package.json' with { type: 'json' }

const words = process.argv.slice(2).join(' ')
if (words === '--version' || words === '-V') sayVersion()
else void import('./main.ts')

function sayVersion(): void {
  try {
    writeSync(1, `${manifest.version}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error // nobody reads on
  }
}
