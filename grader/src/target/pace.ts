import type { CreatedObjects, Grader, Request } from '../run/grader.ts'

const SAMPLES = 12

/** How long an ordinary request takes on this target: the health and one object, asked one after another. */
export async function measurePace(
  request: Request,
  { unique, created }: { readonly unique: () => string; readonly created: CreatedObjects },
): Promise<Grader['pace']> {
  const name = unique()
  const made = await request('POST', '/users', { json: { email: `${name}@example.com`, name } })
  const id = (made.json as { id?: unknown } | null | undefined)?.id
  if (typeof id === 'number') created.note('users', id)
  // Where nothing can be created that is for the checks to say; asking on for it could open a circuit.
  const paths =
    made.status !== null && made.status < 300 && typeof id === 'number'
      ? ['/health', `/users/${id}`]
      : ['/health']
  const durations: number[] = []
  for (let index = 0; index < SAMPLES; index++) {
    const path = paths[index % paths.length] ?? '/health'
    durations.push((await request('GET', path)).durationMs)
  }
  durations.sort((a, b) => a - b)
  return { medianMs: durations[SAMPLES / 2] ?? 0, p99Ms: durations.at(-1) ?? 0 }
}
