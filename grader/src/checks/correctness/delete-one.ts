import { isOk } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { look } from '../objects.ts'
import { call, create, expected, hasStatus, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, DELETED, KIN, take } from './created.ts'

export async function deleteOne(lab: CrudLab, resource: Resource): Promise<void> {
  const { path, service } = resource
  const { id } = take(lab, DELETED)
  const bystander = take(lab, BYSTANDER)
  const kin = take(lab, KIN)
  const answer = await lab.world.request('DELETE', `${path}/${id}`)
  const stored = await look(lab, resource, [id, bystander.id, kin.id])
  const deleted = stored(id)
  const kept = stored(bystander.id)
  // A list that shows the other one would show this one; if it does not, what still gives it is a cache.
  const isThere = deleted.byId !== undefined && (deleted.inList !== undefined || kept.inList === undefined)
  if (!isThere) lab.world.created.forget(service, id)
  const lost = [kept, stored(kin.id)].find(({ byId, inList }) => byId === undefined && inList === undefined)
  lab.expect(
    `correctness.${service}.delete`,
    judge(
      {
        en: `200 or 204, and ${path}/${id} is gone; nothing else is`,
        ru: `200 или 204, ${path}/${id} больше нет, остальное на месте`,
      },
      [
        !isOk(answer) && complain({ en: 'Not deleted:', ru: 'Не удалён:' }, answer),
        isOk(answer) &&
          isThere &&
          complain({ en: 'It is still there:', ru: 'Он всё ещё есть:' }, answer, deleted.answer),
        lost && complain({ en: 'Another one is gone, too:', ru: 'Пропал и другой объект:' }, lost.answer),
      ],
      {
        answers: [answer, deleted.answer],
        repro: [
          SEED_LINE,
          create(path, OTHER_SAMPLE[service], 'OTHER'),
          create(path, SAMPLE[service].json),
          call('DELETE', `${path}/$ID`),
          expected('200 or 204', hasStatus('20.')),
          call('GET', `${path}/$ID`),
          expected('404', hasStatus('404')),
          call('GET', `${path}/$OTHER`),
          expected('200', hasStatus('200')),
        ],
      },
    ),
  )
}
