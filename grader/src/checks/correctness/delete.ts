import type { Check } from '../../run/grader.ts'
import { isOk } from '../answers.ts'
import { complain, judge } from '../judge.ts'
import { look } from '../objects.ts'
import { call, create, expected, hasStatus, OTHER_SAMPLE, SAMPLE, SEED_LINE } from '../repro.ts'
import type { Resource } from '../resources.ts'
import { BYSTANDER, type CrudLab, DELETED, KIN, take } from './create.ts'

export const deleteCheck = ({ service, path }: Resource): Check => ({
  criterion: 'correctness',
  title: {
    en: `DELETE ${path}/{id} deletes that object only`,
    ru: `DELETE ${path}/{id} удаляет только этот объект`,
  },
  why: {
    en: 'The object that was named has to be gone, and all others have to stay.',
    ru: 'Названного объекта больше не должно быть, остальные должны остаться.',
  },
  hint: {
    en: 'Delete the row with that id, commit, answer 200 or 204.',
    ru: 'Удалите строку с этим id, сделайте commit и ответьте 200 или 204.',
  },
  dependsOn: [`correctness.${service}.create`],
})

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
        en: `200 or 204; then GET ${path}/${id} answers 404, and all other objects are there`,
        ru: `200 или 204; затем GET ${path}/${id} отвечает 404, а остальные объекты на месте`,
      },
      [
        !isOk(answer) &&
          complain({ en: 'The answer is not 200 or 204:', ru: 'Ответ не 200 и не 204:' }, answer),
        isOk(answer) &&
          isThere &&
          complain({ en: 'The object is still there:', ru: 'Объект всё ещё есть:' }, answer, deleted.answer),
        lost &&
          complain({ en: 'Another object is gone as well:', ru: 'Пропал и другой объект:' }, lost.answer),
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
