// Imports users from a CSV file (columns `email` and `name`), many at a time, with a progress bar; says which lines failed.
//
//   node examples/bulk-import.mjs people.csv [--concurrency 16] [--progress]
//
// The file is read as it is needed, so its size does not matter. The exit code is 1 when a line failed.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createClient, isApiError } from '@msctl/sdk'

const { values, positionals } = parseArgs({
  options: {
    concurrency: { type: 'string', default: '16' },
    // A terminal gets the bar unasked.
    progress: { type: 'boolean', default: process.stderr.isTTY },
  },
  allowPositionals: true,
})
const [file] = positionals
if (file === undefined) {
  console.error('Usage: node examples/bulk-import.mjs FILE.csv [--concurrency N]')
  process.exit(2)
}

const ms = createClient({ baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000', maxRetries: 5 })

const totalBytes = (await stat(file)).size
let readBytes = 0
let imported = 0
/** @type {string[]} */
const failures = []

async function* readRows() {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(/** @type {string} */ (file)) })) {
    number += 1
    readBytes += Buffer.byteLength(line) + 1
    const [email = '', name = ''] = line.split(',').map((cell) => cell.trim())
    if (line.trim() !== '' && !(number === 1 && email === 'email')) yield { number, email, name }
  }
}

// Workers that share one iterator: each takes the next row when it is done with its last. That is all there is to
// bounded concurrency, and nothing is read before it is needed.
const rows = readRows()
async function work() {
  for (let row = await rows.next(); !row.done; row = await rows.next()) {
    const { number, email, name } = row.value
    try {
      await ms.users.create({ email, name })
      imported += 1
    } catch (error) {
      // The platform refused this row; that it could not be reached at all is another matter.
      if (!isApiError(error)) throw error
      failures.push(`line ${number}: ${error.problem?.detail ?? error.message}`)
    }
  }
}

function drawProgress() {
  const share = totalBytes === 0 ? 1 : Math.min(readBytes / totalBytes, 1)
  const width = 30
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░')
  process.stderr.write(
    `\r${bar} ${Math.round(share * 100)} %  ${imported} imported, ${failures.length} failed `,
  )
}

const timer = values.progress ? setInterval(drawProgress, 100) : undefined
try {
  await Promise.all(Array.from({ length: Number(values.concurrency) }, work))
} finally {
  clearInterval(timer)
  if (values.progress) {
    drawProgress()
    process.stderr.write('\n')
  }
}

console.log(`${imported} imported, ${failures.length} failed`)
for (const failure of failures) console.log(failure)
process.exitCode = failures.length > 0 ? 1 : 0
