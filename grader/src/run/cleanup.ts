import type { Text } from '@msctl/scenarios'
import type { Http } from '../target/http.ts'
import type { rememberCreated } from './created-objects.ts'

export interface CleanupOptions {
  readonly http: Pick<Http, 'request' | 'lost'>
  /** Aborted when somebody has interrupted the run: then nothing is waited for. */
  readonly signal: AbortSignal
  /** Waits until the services answer, or says that they do not. */
  readonly areBack: () => Promise<boolean>
}

/** How many of the objects that stay are named. */
const NAMED = 5

/** Deletes what was created. @returns what to say of it when something stays. */
export async function deleteCreated(
  created: Pick<ReturnType<typeof rememberCreated>, 'deleteAll'>,
  { http, signal, areBack }: CleanupOptions,
): Promise<Text | undefined> {
  const deleteAll = () => created.deleteAll(http.request, async () => !signal.aborted && areBack())
  try {
    return describe(
      await deleteAll().catch((error: unknown) => {
        // The requests under way were ended; what they had not deleted is still there.
        if (signal.aborted && error !== http.lost) return deleteAll()
        throw error
      }),
    )
  } catch (error) {
    if (error === http.lost) return describe([http.lost?.message ?? ''])
    throw error
  }
}

function describe(left: readonly string[]): Text | undefined {
  if (left.length === 0) return undefined
  const named = left.slice(0, NAMED).join(', ')
  const more = left.length - NAMED
  return {
    en: `Could not be deleted: ${named}${more > 0 ? ` and ${more} more` : ''}`,
    ru: `Не удалось удалить: ${named}${more > 0 ? ` и ещё ${more}` : ''}`,
  }
}
