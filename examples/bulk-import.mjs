// Imports users from a CSV file (columns `email` and `name`), many at a time, with a progress bar; says which lines failed.
//
//   node examples/bulk-import.mjs people.csv [--concurrency 16] [--progress]
//
// The file is read as it is needed, so its size does not matter. The exit code is 1 when a line failed.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createClient, isApiError } from '@msctl/sdk'
import { parse } from 'csv-parse'
import { runScript, UsageError, wholeNumber } from './support/script.mjs'

const USAGE = 'Usage: node examples/bulk-import.mjs FILE.csv [--concurrency N] [--progress]'
const OPTIONS = /** @type {const} */ ({
  concurrency: { type: 'string', default: '16' },
  progress: { type: 'boolean' },
})

await runScript(USAGE, { options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  const [file] = positionals
  if (file === undefined) throw new UsageError('Which file?')
  const concurrency = wholeNumber('--concurrency', values.concurrency)
  // A terminal gets the bar unasked.
  const { progress = process.stderr.isTTY } = values
  const totalBytes = (await stat(file)).size

  const ms = createClient({ baseUrl: process.env.MSCTL_URL ?? 'http://localhost:8000', maxRetries: 5 })
  let readBytes = 0
  let imported = 0
  /** @type {string[]} */
  const failures = []

  // Quoted cells may hold commas, quotes and line ends; the columns may stand in any order.
  const parser = parse({
    ...{ bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true },
    columns: (/** @type {string[]} */ names) => {
      const missing = ['email', 'name'].find((name) => !names.includes(name))
      if (missing !== undefined) throw new UsageError(`${file} has no column ${missing}`)
      return names
    },
  })
  const bytes = createReadStream(file).on('data', (chunk) => {
    readBytes += chunk.length
  })
  // What goes wrong with the file ends the loop over its rows.
  pipeline(bytes, parser, () => undefined)
  const rows = parser[Symbol.asyncIterator]()

  // Workers that share one iterator: each takes the next row when it is done with its last. That is all there is to
  // bounded concurrency, and nothing is read before it is needed.
  async function work() {
    for (let row = await rows.next(); !row.done; row = await rows.next()) {
      const { record, info } = row.value
      const { email = '', name = '' } = record
      try {
        await ms.users.create({ email, name })
        imported += 1
      } catch (error) {
        // The platform refused this row; that it could not be reached at all is another matter.
        if (!isApiError(error)) throw error
        failures.push(`line ${info.lines}: ${error.problem?.detail ?? error.message}`)
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

  const timer = progress ? setInterval(drawProgress, 100) : undefined
  try {
    await Promise.all(Array.from({ length: concurrency }, work))
  } finally {
    clearInterval(timer)
    if (progress) {
      drawProgress()
      process.stderr.write('\n')
    }
  }

  console.log(`${imported} imported, ${failures.length} failed`)
  for (const failure of failures) console.log(failure)
  process.exitCode = failures.length > 0 ? 1 : 0
})
