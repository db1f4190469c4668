import { type Stats, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { type LogLine, parseLogLine } from '../log-line.ts'
import type { Part } from '../parts.ts'

/** Where the log of a part is. */
export interface LogFile {
  readonly part: Part
  readonly file: string
}

const POLL_MS = 150
const CHUNK_BYTES = 256 * 1024

/**
 * Opens a log; `undefined` when there is none (yet).
 *
 * @throws Failure `log-unreadable`.
 */
async function openLog(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(file, error)
  })
}

function unreadable(file: string, cause: unknown): Failure {
  return new Failure('log-unreadable', { file, reason: (cause as Error).message }, { cause })
}

/** The lines of all files, oldest first. Reads them side by side, so that long logs do not fill the memory. */
export async function* readLogs(files: readonly LogFile[]): AsyncGenerator<LogLine> {
  const readers = files.map(readLog)
  try {
    const heads = await Promise.all(readers.map(async (reader) => ({ reader, head: await reader.next() })))
    for (;;) {
      let first: (typeof heads)[number] | undefined
      for (const each of heads) {
        if (each.head.done !== true && (first === undefined || each.head.value.time < first.head.value.time))
          first = each
      }
      if (first === undefined) return
      yield first.head.value
      first.head = await first.reader.next()
    }
  } finally {
    for (const reader of readers) await reader.return(undefined)
  }
}

async function* readLog({ part, file }: LogFile): AsyncGenerator<LogLine> {
  let time = 0
  for (const name of [`${file}.1`, file]) {
    const input = (await openLog(name))?.createReadStream({ encoding: 'utf8' })
    if (input === undefined) continue
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (text === '') continue
        const line = parseLogLine(part, text, time)
        time = line.time
        yield line
      }
    } finally {
      input.destroy()
    }
  }
}

/**
 * What is written after this call, until the signal. Follows a file that is put aside, cut short, removed or made anew.
 *
 * @throws Failure `log-unreadable`, as {@link readLogs} does.
 */
export function followLogs(files: readonly LogFile[], signal?: AbortSignal): AsyncGenerator<LogLine> {
  return follow(files.map(createTail), signal)
}

async function* follow(
  tails: readonly (() => Promise<LogLine[]>)[],
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  while (signal?.aborted !== true) {
    const lines = (await Promise.all(tails.map((next) => next()))).flat()
    yield* lines.sort((a, b) => a.time - b.time)
    if (lines.length === 0) await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Returns a function that gives the lines that have come since it was last called. */
function createTail({ part, file }: LogFile): () => Promise<LogLine[]> {
  const start = statLog(file)
  let identity = start && identityOf(start)
  let offset = start?.size ?? 0
  let rest = Buffer.alloc(0)
  let time = Date.now()

  return async () => {
    const handle = await openLog(file)
    if (handle === undefined) return []
    try {
      const found = await handle.stat()
      if (identityOf(found) !== identity || found.size < offset) {
        ;[identity, offset, rest] = [identityOf(found), 0, Buffer.alloc(0)]
      }
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset)
      offset += bytesRead
      const data = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      const end = data.lastIndexOf('\n') + 1
      rest = data.subarray(end) // a line that is not complete yet
      const texts = data.toString('utf8', 0, end).split('\n')
      return texts
        .filter((text) => text !== '')
        .map((text) => {
          const line = parseLogLine(part, text, time)
          time = line.time
          return line
        })
    } finally {
      await handle.close()
    }
  }
}

function statLog(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A file that is made anew may be given the inode of the one that was removed, so its birth counts, too. */
const identityOf = ({ ino, birthtimeMs }: Stats): string => `${ino} ${birthtimeMs}`
