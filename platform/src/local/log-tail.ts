import { open, stat } from 'node:fs/promises'

const MAX_BYTES = 16 * 1024

/** How long a log is now; what is written later can then be told from what was there before. In bytes. */
export async function logLength(file: string): Promise<number> {
  return (await stat(file).catch(() => ({ size: 0 }))).size
}

/** The last lines of a log, of those written after its first `from` bytes. Empty when there is no such file. */
export async function logTail(file: string, from = 0, lines = 8): Promise<string[]> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return []
  try {
    const { size } = await handle.stat()
    const start = Math.max(from, size - MAX_BYTES, 0)
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.max(size - start, 0)),
      0,
      undefined,
      start,
    )
    const text = buffer.toString('utf8', 0, bytesRead).trimEnd()
    return text === '' ? [] : text.split('\n').slice(-lines)
  } finally {
    await handle.close()
  }
}
