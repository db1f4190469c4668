import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mountsOf, parseComposeFile, portsOf } from './compose-file.ts'
import { isolate } from './isolate.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolate-'))
  await symlink('/etc', path.join(root, 'link'))
})
afterAll(() => rm(root, { recursive: true }))

const ROLES = { gateway: 'gateway', users: 'users', cache: 'redis' }
const PORTS = new Map([
  ['gateway', { port: 20_001, target: 8000 }],
  ['redis', { port: 20_002, target: 6379 }],
])
const isolated = (text: string) =>
  isolate(parseComposeFile(text), {
    ...{ project: 'p1', owner: 'us', root, roles: ROLES, ports: PORTS },
    copyOf: (source) => `/copies/${path.basename(source)}`,
  })
const servicesOf = (text: string) => isolated(text).file.services as Record<string, Record<string, unknown>>

test('publishes what the grader needs on 127.0.0.1, and nothing else', () => {
  const services = servicesOf(`
services:
  gateway: {image: a, ports: ["8000:8000"]}
  users: {image: b, ports: ["8001:8001", {target: 9000, published: 9000}]}
  redis: {image: redis}`)
  expect(services.gateway?.ports).toEqual(['127.0.0.1:20001:8000'])
  expect(services.users?.ports).toBeUndefined()
  expect(services.redis?.ports).toEqual(['127.0.0.1:20002:6379'])
})

test('fixed names are gone, and still lead to the service', () => {
  const { file, byHand, changes } = isolated(`
services:
  users: {image: b, container_name: my_users, networks: {back: {aliases: [u], ipv4_address: 10.9.0.2}}}
networks: {back: {name: shared, external: true, ipam: {config: [{subnet: 10.9.0.0/16}]}}}
volumes: {data: {name: fixed, driver_opts: {type: none, o: bind, device: /}}}`)
  expect(file.services.users).not.toHaveProperty('container_name')
  expect(file.services.users?.networks).toEqual({ back: { aliases: ['u', 'my_users'] } })
  const ours = { labels: { 'msctl.grader': 'us' } }
  expect(file.networks).toEqual({ back: ours })
  expect(file.volumes).toEqual({ data: ours })
  expect(file.services.users).toMatchObject(ours)
  expect(byHand).toEqual(['network back'])
  expect(changes).toEqual(
    expect.arrayContaining([
      { en: 'volume data: without driver_opts', ru: 'volume data: без driver_opts' },
      { en: 'network back: without ipam', ru: 'network back: без ipam' },
    ]),
  )
})

test('every service has limits, whatever it asks for', () => {
  const services = servicesOf(`
services:
  users: {image: b, mem_limit: 64g, pids_limit: -1, deploy: {resources: {limits: {memory: 64g}}}, logging: {driver: none}}`)
  expect(services.users).toMatchObject({ mem_limit: '1g', memswap_limit: '1g', pids_limit: 256, cpus: 1 })
  expect(services.users).not.toHaveProperty('deploy')
  expect(services.users?.logging).toMatchObject({ options: { 'max-file': '1' } })
})

test('no privilege is given', () => {
  const { file, changes } = isolated(`
services:
  users: {image: b, privileged: true, cap_add: [SYS_ADMIN], pid: host, ipc: host, devices: ["/dev/sda:/dev/sda"], security_opt: ["seccomp:unconfined"], userns_mode: host, cgroup_parent: x, sysctls: {a: 1}}`)
  for (const name of [
    'privileged',
    'cap_add',
    'pid',
    'ipc',
    'devices',
    'userns_mode',
    'cgroup_parent',
    'sysctls',
  ]) {
    expect(file.services.users).not.toHaveProperty(name)
    expect(changes).toContainEqual({ en: `users: without ${name}`, ru: `users: без ${name}` })
  }
  expect(changes).toContainEqual({ en: 'users: without security_opt', ru: 'users: без security_opt' })
})

test('no process gains privileges, which is told where it was not so before', () => {
  const own = isolated('services: {users: {image: b, security_opt: ["no-new-privileges:true"]}}')
  const other = isolated('services: {users: {image: b}}')
  for (const { file } of [own, other])
    expect(file.services.users).toHaveProperty('security_opt', ['no-new-privileges:true'])
  expect(own.changes).toEqual([])
  expect(other.changes).toEqual([expect.objectContaining({ en: expect.stringContaining('sudo') })])
})

test("mounts of the submission are copies, those of the host are left out, links don't help", () => {
  const { file, changes, copies } = isolated(`
services:
  users:
    image: b
    volumes: ["${root}/init.sql:/init.sql:ro", "/:/host", "/etc/localtime:/etc/localtime:ro", "${root}/link/shadow:/x", "data:/d", /anonymous, {type: tmpfs, target: /t}]`)
  expect(file.services.users?.volumes).toEqual([
    { type: 'bind', source: '/copies/init.sql', target: '/init.sql', read_only: true },
    { type: 'volume', source: 'data', target: '/d' },
    '/anonymous',
    { type: 'tmpfs', target: '/t' },
  ])
  expect([...copies.keys()]).toEqual([path.join(root, 'init.sql')])
  expect(changes.filter((each) => JSON.stringify(each).includes('outside the submission'))).toHaveLength(2)
})

test.each([
  ["the host's network", 'users: {image: b, network_mode: host}', /network_mode: host/],
  [
    'the Docker socket',
    'users: {image: b, volumes: ["/var/run/docker.sock:/var/run/docker.sock"]}',
    /Docker socket/,
  ],
  [
    "the host's ports",
    'users: {image: b, environment: {O: "http://host.docker.internal:8002"}}',
    /host.docker.internal/,
  ],
  ['a build outside of it', 'users: {build: {context: /usr}}', /outside the submission/],
  ['a build from elsewhere', 'users: {build: "https://example.com/x.git"}', /not from the submission/],
])('refuses what cannot work without %s', (_, service, reason) => {
  expect(() => isolated(`services:\n  ${service}`)).toThrow(
    expect.objectContaining({
      code: 'compose-refused',
      facts: { service: 'users', reason: expect.stringMatching(reason) },
    }),
  )
})

test('refuses secrets that are files of the host', () => {
  expect(() => isolated('services: {users: {image: b}}\nsecrets: {s: {file: /etc/shadow}}')).toThrow(
    'outside the submission',
  )
})

test('what is built is called after the project, also where only its image is named', () => {
  const services = servicesOf(`
services:
  users: {build: {context: ${root}, dockerfile: D, network: host, args: {A: "1"}}, image: "app:latest"}
  gateway: {image: "app:latest"}
  redis: {image: "redis:7"}`)
  expect(services.users).toMatchObject({
    image: 'p1/users:latest',
    build: { context: root, dockerfile: 'D', args: { A: '1' } },
  })
  expect(services.users?.build).not.toHaveProperty('network')
  expect(services.gateway?.image).toBe('p1/users:latest')
  expect(services.redis?.image).toBe('redis:7')
})

test('what is published from an internal network alone has a way out as well', () => {
  const { file } = isolated(`
services: {redis: {image: redis, networks: [inner]}, users: {image: b, networks: [inner]}}
networks: {inner: {internal: true}}`)
  expect(Object.keys(file.services.redis?.networks ?? {})).toEqual(['inner', 'msctl_reach'])
  expect(Object.keys(file.services.users?.networks ?? {})).toEqual(['inner'])
  expect(file.networks).toMatchObject({ inner: { internal: true }, msctl_reach: {} })
})

test('every spelling of a port and of a mount is understood', () => {
  const file = parseComposeFile(`
services:
  a:
    ports: ["8000:80", "127.0.0.1:81:80/udp", 9000, "127.0.0.1::70", {target: 60, published: "6000", host_ip: 0.0.0.0}]
    volumes: ["./x:/y", "~/q:/q", "C:/data:/d", "v:/w:rw,z", {type: volume, source: n, target: /n}]`)
  const { a } = file.services
  expect(a && portsOf(a).map(({ target, published, host }) => [target, published, host])).toEqual([
    [80, '8000', undefined],
    [80, '81', '127.0.0.1'],
    [9000, undefined, undefined],
    [70, undefined, '127.0.0.1'],
    [60, '6000', '0.0.0.0'],
  ])
  expect(a && mountsOf(a).map(({ type, source, target }) => [type, source, target])).toEqual([
    ['bind', './x', '/y'],
    ['bind', '~/q', '/q'],
    ['bind', 'C:/data', '/d'],
    ['volume', 'v', '/w'],
    ['volume', 'n', '/n'],
  ])
})
