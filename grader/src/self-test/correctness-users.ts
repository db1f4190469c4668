import { faultsOf } from './fault-sheet.ts'
import { all, answering, answeringEach, idOf, instead, on, reply, sending, withStatus } from './rewrite.ts'
import { sql } from './sql.ts'
import type { Model, ServicePart } from './switches.ts'

const fault = faultsOf('correctness')

/** Users whose e-mails the table does not keep unique any more: only what `isChecked` says is looked after. */
const withoutUniqueEmails = (isChecked: { post: boolean; put: boolean }) => ({
  prepare: ({ query }: ServicePart) =>
    query(sql('ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key')),
  models: (models: Model, { query }: ServicePart): Model => {
    const isTaken = async (email: unknown, id = 0) =>
      (await query(sql('SELECT 1 FROM users WHERE email = $1 AND id <> $2'), [email, id])).length > 0
    return {
      ...models,
      insert: async (within, { email, name }) => {
        if (isChecked.post && (await isTaken(email))) return 'email taken'
        const insert = sql('INSERT INTO users (email, name) VALUES ($1, $2) RETURNING *')
        const [user] = await within<{ id: number }>(insert, [email, name])
        return user ?? 'email taken'
      },
      update: async (query, id, changes) =>
        isChecked.put && (await isTaken(changes.email, id))
          ? 'email taken'
          : models.update(query, id, changes),
    }
  },
})

/** What students get wrong with users. */
export const USERS_FAULTS = [
  fault(
    'users-post-ignores-name',
    'POST /users stores a name of its own instead of the one that was sent.',
    'POST /users сохраняет не присланное имя, а своё собственное.',
    {
      users: {
        http: () =>
          on(
            'POST',
            '/users',
            sending((user) => ({ ...user, name: 'string' })),
          ),
      },
    },
  ),
  fault(
    'users-post-loses-unicode',
    'Letters beyond ASCII become question marks in names.',
    'Буквы, которых нет в ASCII, превращаются в именах в вопросительные знаки.',
    {
      users: {
        http: () =>
          on(
            'POST PUT',
            '/users(/:id)?',
            sending(({ name, ...user }) => ({
              ...user,
              ...(typeof name === 'string' ? { name: name.replace(/[^\0-\x7f]/g, '?') } : { name }),
            })),
          ),
      },
    },
  ),
  fault(
    'users-post-accepts-missing-name',
    'POST /users without a name creates a user all the same.',
    'POST /users без имени всё равно создаёт пользователя.',
    {
      users: {
        http: () =>
          on(
            'POST',
            '/users',
            sending((user) => ({ name: 'Anonymous', ...user })),
          ),
      },
    },
  ),
  fault(
    'users-post-rejects-but-stores',
    'POST /users without a name answers 422, but a user has been stored.',
    'POST /users без имени отвечает 422, но пользователь уже сохранён.',
    {
      users: {
        http: ({ query }) =>
          on('POST', '/users', async (asked, next) => {
            const answer = await next(asked)
            const { email, name } = (JSON.parse(asked.text || '{}') ?? {}) as Record<string, unknown>
            if (answer.status === 422 && typeof email === 'string' && name === undefined) {
              const insert = sql("INSERT INTO users (email, name) VALUES ($1, '') ON CONFLICT DO NOTHING")
              await query(insert, [email])
            }
            return answer
          }),
      },
    },
  ),
  fault(
    'users-duplicate-email-accepted',
    'POST /users accepts an e-mail that another user has.',
    'POST /users принимает почту, которая уже есть у другого пользователя.',
    { users: withoutUniqueEmails({ post: false, put: true }) },
  ),
  fault(
    'users-duplicate-email-500',
    'POST /users with an e-mail that is taken ends in a 500.',
    'POST /users с занятой почтой заканчивается ответом 500.',
    { users: { http: () => on('POST', '/users', instead([409], withStatus(500))) } },
  ),
  fault(
    'users-put-accepts-duplicate-email',
    'PUT /users/{id} accepts an e-mail that another user has.',
    'PUT /users/{id} принимает почту, которая уже есть у другого пользователя.',
    { users: withoutUniqueEmails({ post: true, put: false }) },
  ),
  fault(
    'users-get-unknown-200',
    'GET of a user that does not exist answers 200 with null.',
    'GET несуществующего пользователя отвечает 200 и null.',
    // The gateway's own details would take null for a broken service, and say so; there a 404 stays a 404.
    {
      gateway: {
        http: () =>
          on(
            'GET',
            '/users/:id',
            instead([404], () => reply(200, null)),
          ),
      },
    },
  ),
  fault(
    'users-put-resets-missing-fields',
    'PUT /users/{id} with an e-mail alone empties the name.',
    'PUT /users/{id} с одной только почтой стирает имя.',
    {
      users: {
        models: (models) => ({
          ...models,
          update: (query, id, changes) => models.update(query, id, { name: '', ...changes }),
        }),
      },
    },
  ),
  fault(
    'users-put-unknown-creates',
    'PUT of a user that does not exist creates it.',
    'PUT несуществующего пользователя создаёт его.',
    {
      users: {
        models: (models) => ({
          ...models,
          update: async (query, id, changes) => {
            const updated = await models.update(query, id, changes)
            if (updated !== undefined) return updated
            const insert = sql('INSERT INTO users (id, email, name) VALUES ($1, $2, $3) RETURNING *')
            const { email = `user${id}@example.com`, name = '' } = changes
            return (await query<{ id: number }>(insert, [id, email, name]))[0]
          },
        }),
      },
    },
  ),
  fault(
    'users-put-missing',
    'There is no PUT /users/{id}: it answers 405.',
    'PUT /users/{id} нет: ответ 405.',
    {
      users: {
        http: () => on('PUT', '/users/:id', async () => reply(405, { detail: 'Method Not Allowed' })),
      },
    },
  ),
  fault(
    'users-delete-keeps',
    'DELETE /users/{id} answers 204 and deletes nothing.',
    'DELETE /users/{id} отвечает 204, но ничего не удаляет.',
    {
      users: {
        models: (models) => ({
          ...models,
          delete: async (_query, id) => (await models.find(id)) !== undefined,
        }),
      },
    },
  ),
  fault(
    'users-list-without-last',
    'GET /users leaves out the last user.',
    'GET /users пропускает последнего пользователя.',
    {
      users: {
        http: () =>
          on(
            'GET',
            '/users',
            answering((users) => (users as unknown[]).slice(0, -1)),
          ),
      },
    },
  ),
  fault(
    'users-ids-as-strings',
    'The ids of users are answered as strings.',
    'Идентификаторы пользователей отдаются строками.',
    {
      gateway: {
        http: () =>
          all(
            on(
              '*',
              '/users(/:id)?',
              answeringEach((user) => ({ ...user, id: String(user.id) })),
            ),
            on(
              'GET',
              '/users/:id/details',
              answering((details) => {
                const { user, ...rest } = details as { user: { id: number } }
                return { user: { ...user, id: String(user.id) }, ...rest }
              }),
            ),
          ),
      },
    },
  ),
  fault(
    'users-get-first',
    'GET /users/{id} answers with the first user there is, whatever the id.',
    'GET /users/{id} всегда отдаёт первого пользователя, какой бы ни был id.',
    {
      users: {
        http: ({ query }) =>
          on('GET', '/users/:id', async (asked, next) => {
            const answer = await next(asked)
            const [first] = await query<{ id: number }>(sql('SELECT * FROM users ORDER BY id LIMIT 1'))
            return answer.status === 200 && idOf(asked) !== first?.id ? reply(200, first) : answer
          }),
      },
    },
  ),
]
