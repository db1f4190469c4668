import { type OnEnd, shared, startTestService, type TestService } from '@msctl/kit/testing'
import { Problem, User } from '@msctl/sdk/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { createUserModel, USERS_DDL } from './models.ts'
import { userRoutes } from './routes.ts'
import { createUsers } from './services.ts'

const startUsers = (onEnd?: OnEnd): Promise<TestService> =>
  startTestService({
    ...(onEnd && { onEnd }),
    name: 'user',
    ddl: [USERS_DDL],
    assemble: (stores) => userRoutes(createUsers({ models: createUserModel(stores.database), ...stores })),
  })

const ann = { email: 'ann@example.com', name: 'Ann' }

describe('a user', () => {
  test('is created, read, listed, changed in part and deleted', async () => {
    const { request, redis } = await startUsers()

    const created = await request('POST', '/users', { body: ann })
    expect(created.status).toBe(201)
    const user = User.parse(created.body)
    expect(user).toMatchObject({ id: 1, ...ann })
    expect(Math.abs(Date.parse(user.created_at) - Date.now())).toBeLessThan(60_000)

    const first = await request('GET', '/users/1')
    expect([first.status, first.headers.get('x-cache'), first.body]).toEqual([200, 'MISS', user])
    const second = await request('GET', '/users/1')
    expect([second.status, second.headers.get('x-cache'), second.body]).toEqual([200, 'HIT', user])
    expect(JSON.parse((await redis.client.get('user:1')) ?? '')).toEqual(user)

    expect((await request('GET', '/users')).body).toEqual([user])

    const changed = await request('PUT', '/users/1', { body: { name: 'Anna' } })
    expect([changed.status, changed.body]).toEqual([200, { ...user, name: 'Anna' }])
    expect(await redis.client.keys('*')).toEqual([])
    expect((await request('GET', '/users/1')).body).toEqual({ ...user, name: 'Anna' })

    const deleted = await request('DELETE', '/users/1')
    expect([deleted.status, deleted.body]).toEqual([204, undefined])
    expect(await redis.client.keys('*')).toEqual([])
    const gone = await request('GET', '/users/1')
    expect([gone.status, gone.headers.get('x-cache')]).toEqual([404, 'MISS'])
    expect((await request('PUT', '/users/1', { body: { name: 'x' } })).status).toBe(404)
    expect((await request('DELETE', '/users/1')).status).toBe(404)
  })

  test('has an e-mail of its own', async () => {
    const { request } = await startUsers()
    await request('POST', '/users', { body: ann })
    await request('POST', '/users', { body: { email: 'bob@example.com', name: 'Bob' } })

    expect((await request('POST', '/users', { body: { ...ann, name: 'Other' } })).status).toBe(409)
    expect((await request('PUT', '/users/2', { body: { email: ann.email } })).status).toBe(409)
    expect((await request('PUT', '/users/1', { body: { email: ann.email } })).status).toBe(200)
    expect((await request('GET', '/users/2')).body).toMatchObject({ email: 'bob@example.com' })
  })

  test('ignores fields that are none of a user', async () => {
    const { request } = await startUsers()
    expect((await request('POST', '/users', { body: { ...ann, id: 77, admin: true } })).body).toMatchObject({
      id: 1,
    })
    expect((await request('PUT', '/users/1', { body: { name: 'Anna', id: 5 } })).body).toMatchObject({
      id: 1,
    })
  })

  test('may have 255 characters of any script for a name', async () => {
    const { request } = await startUsers()
    const name = '🎓'.repeat(255)
    expect((await request('POST', '/users', { body: { ...ann, name } })).body).toMatchObject({ name })
  })
})

describe('a list of users', () => {
  test('is complete, by id, however long', async () => {
    const { request } = await startUsers()
    for (let i = 0; i < 30; i++)
      await request('POST', '/users', { body: { email: `u${i}@example.com`, name: 'U' } })
    const ids = ((await request('GET', '/users')).body as User[]).map(({ id }) => id)
    expect(ids).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
  })

  test('is paged by limit and after', async () => {
    const { request } = await startUsers()
    for (let i = 0; i < 5; i++)
      await request('POST', '/users', { body: { email: `u${i}@example.com`, name: 'U' } })
    const idsOf = async (query: string) =>
      ((await request('GET', `/users?${query}`)).body as User[]).map(({ id }) => id)
    expect(await idsOf('limit=2')).toEqual([1, 2])
    expect(await idsOf('limit=2&after=2')).toEqual([3, 4])
    expect(await idsOf('after=4')).toEqual([5])
    expect(await idsOf('after=5')).toEqual([])
  })

  test.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'after=0',
    'after=-1',
    'after=1e3',
  ])('is refused with ?%s', async (query) => {
    const { request } = await startUsers()
    const { status, body } = await request('GET', `/users?${query}`)
    expect(status).toBe(422)
    expect(Problem.parse(body).errors?.[0]?.path).toBe(query.split('=')[0])
  })
})

describe('bad input', () => {
  let request: TestService['request']
  beforeAll(
    shared(async (onEnd) => {
      request = (await startUsers(onEnd)).request
    }),
  )
  const text = 'x'.repeat(256)
  const cases: [string, number, unknown, string[]][] = [
    ['no body', 422, undefined, ['']],
    ['null', 422, 'null', ['']],
    ['a list', 422, '[]', ['']],
    ['no fields', 422, {}, ['email', 'name']],
    ['a field of the wrong type', 422, { ...ann, name: 5 }, ['name']],
    ['an empty name', 422, { ...ann, name: '' }, ['name']],
    ['a long name', 422, { ...ann, name: text }, ['name']],
    ['a long e-mail', 422, { ...ann, email: `${text}@example.com` }, ['email']],
    ['an e-mail that is none', 422, { ...ann, email: 'ann' }, ['email']],
    ['a NUL character', 422, { ...ann, name: 'a\0b' }, ['name']],
    ['a lone surrogate', 422, '{"email":"a@b.cc","name":"\\ud800"}', ['name']],
    ['malformed JSON', 400, '{"email":', []],
    ['an empty JSON body', 400, '', []],
    ['bytes that are no UTF-8', 400, Buffer.from([0x22, 0xff, 0x22]), []],
    ['a body over 64 KiB', 413, JSON.stringify({ ...ann, name: 'x'.repeat(65_536) }), []],
  ]
  test.each(cases)('%s is a %i, and writes nothing', async (_name, status, body, paths) => {
    const answer = await request('POST', '/users', {
      body,
      ...(body === '' ? { headers: { 'content-type': 'application/json' } } : {}),
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    const problem = Problem.parse(answer.body)
    expect(problem.status).toBe(status)
    expect((problem.errors ?? []).map(({ path }) => path)).toEqual(paths)
    expect((await request('GET', '/users')).body).toEqual([])
  })

  test('of another content type is a 415', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect((await request('POST', '/users', { body: JSON.stringify(ann), headers })).status).toBe(415)
  })

  test('that changes nothing is a 422', async () => {
    for (const body of [{}, { id: 5 }]) expect((await request('PUT', '/users/1', { body })).status).toBe(422)
  })

  test.each(['abc', '0', '-1', '1e3', '1.5', '01', '2147483648', '99999999999', '%00', '1%20'])(
    'of /users/%s is a 404',
    async (id) => {
      expect((await request('GET', `/users/${id}`)).status).toBe(404)
      expect((await request('PUT', `/users/${id}`, { body: { name: 'x' } })).status).toBe(404)
      expect((await request('DELETE', `/users/${id}`)).status).toBe(404)
    },
  )

  test('of a wrong method is a 405 that says which are right', async () => {
    const onOne = await request('PATCH', '/users/1', { body: 'not even JSON' })
    expect([onOne.status, onOne.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD, PUT'])
    const onAll = await request('DELETE', '/users')
    expect([onAll.status, onAll.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect((await request('POST', '/nowhere', { body: 'x' })).status).toBe(404)
  })
})
