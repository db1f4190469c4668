import type { Grader } from '../run/grader.ts'
import { isOk, type Row, rowsOf } from './answers.ts'
import { complain } from './judge.ts'
import { call, create, expected, holds, SAMPLE, SEED_LINE } from './repro.ts'
import { link, type Resource } from './resources.ts'

/**
 * Judges what `?userId=` or `?order_id=` gives: those with that number, all of them and no others.
 *
 * @param made the first two with the same number, the third with one that begins like it.
 */
export async function judgeFilter(
  { world }: { readonly world: Grader },
  resource: Resource,
  { ids, bodies }: { readonly ids: readonly number[]; readonly bodies: readonly Row[] },
) {
  const { path, filter = '' } = resource
  const value = bodies[0]?.[filter]
  const wanted = ids.slice(0, 2)
  const ask = (of: unknown) => world.request('GET', `${path}?${filter}=${of}`)
  const answer = await ask(value)
  const nobody = await ask(link(world))
  const rows = isOk(answer) ? rowsOf(answer) : undefined
  const none = isOk(nobody) ? rowsOf(nobody) : undefined
  const missing = wanted.filter((id) => !rows?.some((row) => row.id === id))
  const [, , stranger] = ids
  const others = (rows ?? []).filter((row) => row.id === stranger || (row[filter] ?? value) !== value)
  return {
    expected: {
      en: `?${filter}=${value} gives ${wanted.join(' and ')}, and no others`,
      ru: `?${filter}=${value} отдаёт ${wanted.join(' и ')} и никаких других`,
    },
    complaints: [
      rows === undefined && complain({ en: 'No list:', ru: 'Это не список:' }, answer),
      rows !== undefined &&
        missing.length > 0 &&
        complain({ en: `Missing: ${missing.join(', ')}.`, ru: `Не хватает: ${missing.join(', ')}.` }, answer),
      others.length > 0 &&
        complain(
          { en: `${others.length} of another ${filter}.`, ru: `С другим ${filter}: ${others.length}.` },
          answer,
        ),
      // Nobody's list may be empty, or not found.
      nobody.status !== 404 &&
        (none === undefined || none.length > 0) &&
        complain({ en: 'Nothing matches, and yet:', ru: 'Ничего не подходит, и всё же:' }, nobody),
    ],
    answers: [answer, nobody],
    repro: [
      SEED_LINE,
      create(path, SAMPLE[resource.service].json.replace('$N', '1$N'), 'OTHER'),
      create(path, SAMPLE[resource.service].json),
      call('GET', `${path}?${filter}=$N`),
      expected(`$ID and nothing else, so not $OTHER`, holds('[.. | objects | .id // empty] == [$ID]')),
      call('GET', `${path}?${filter}=$((N + 1))`),
      '[ "$STATUS" = 404 ] && BODY=[]',
      expected('nothing at all', holds('[.. | objects | .id // empty] == []')),
    ],
  }
}
