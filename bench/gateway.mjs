// What share of nginx's throughput the gateway reaches, for a cached GET by id under 64 connections.
//
//   npm run build && node bench/gateway.mjs [--rounds 5] [--seconds 5] [--connections 64] [--upstream users|constant] [--json]
//
// Both stand before the same service: the users service as it is shipped, on a PostgreSQL and a Redis of its own, or,
// with `--upstream constant`, a server that always gives the same answer, which shows the gateway alone. nginx has one
// worker and keeps its connections. Rounds are paired and take turns, because a busy machine gets slower and faster;
// what counts is the median of the rounds' ratios. Needs `wrk` and `nginx` (Debian: apt-get install nginx-light wrk).
import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { dir, freePort, median, root, start, startStores, startUsers, stopAll, untilAnswers } from './rig.mjs'

/** The project's bound: at least this share of nginx's requests a second. */
const BOUND = 0.35

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    upstream: { type: 'string', default: 'users' },
    json: { type: 'boolean', default: false },
  },
})

/** @returns the port of a server that always gives the same answer, of the size of a user. */
async function startConstant() {
  const port = await freePort()
  const body = JSON.stringify({
    id: 1,
    email: 'ann@example.com',
    name: 'Ann',
    created_at: '2025-01-31T12:00:00.123Z',
  })
  const program = `const body = ${JSON.stringify(body)}
    require('node:http').createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length, 'x-cache': 'HIT' })
      response.end(body)
    }).listen(${port}, '127.0.0.1')`
  start(process.execPath, ['--eval', program])
  return port
}

async function startGateway(upstreamPort) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${upstreamPort}`
  start(process.execPath, [path.join(root, 'gateway/dist/main.cjs')], {
    PORT: String(port),
    USERS_URL: origin,
    ORDERS_URL: origin,
    PAYMENTS_URL: origin,
  })
  return port
}

async function startNginx(upstreamPort) {
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const configuration = `
    worker_processes 1; daemon off; pid ${dir}/nginx.pid; error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 10000000;
      ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
      upstream service { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 10000000; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }
    }`
  const file = path.join(dir, 'nginx.conf')
  await writeFile(file, configuration)
  start(await findNginx(), ['-c', file, '-p', dir, '-e', 'stderr'])
  return port
}

/** Debian keeps it where an ordinary user's PATH does not lead. */
async function findNginx() {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']) {
    const file = path.join(folder, 'nginx')
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  throw new Error('There is no nginx here (Debian: apt-get install nginx-light wrk)')
}

/** @returns requests a second and the latency's 99th percentile. */
async function measure(port, seconds) {
  const { stdout } = await promisify(execFile)('wrk', [
    '--threads=1',
    `--connections=${values.connections}`,
    `--duration=${seconds}s`,
    '--latency',
    `http://127.0.0.1:${port}/users/1`,
  ])
  const failed = /Non-2xx[^\n]*|Socket errors[^\n]*/.exec(stdout)
  if (failed) throw new Error(`Not every request succeeded: ${failed[0]}`)
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99: /99%\s+(\S+)/.exec(stdout)?.[1] ?? '',
  }
}

try {
  const upstream =
    values.upstream === 'constant'
      ? await startConstant()
      : await startUsers(path.join(root, 'services/users/dist/main.cjs'), await startStores())
  const ports = { gateway: await startGateway(upstream), nginx: await startNginx(upstream) }
  for (const port of Object.values(ports)) {
    await untilAnswers(`http://127.0.0.1:${port}/users/1`)
    await measure(port, 2)
  }
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const names = round % 2 === 0 ? ['gateway', 'nginx'] : ['nginx', 'gateway']
    const measured = {}
    for (const name of names) measured[name] = await measure(ports[name], Number(values.seconds))
    rounds.push({ ...measured, ratio: measured.gateway.rate / measured.nginx.rate })
  }
  const ratio = median(rounds.map((round) => round.ratio))
  if (values.json) process.stdout.write(`${JSON.stringify({ ratio, bound: BOUND, rounds })}\n`)
  else {
    for (const { gateway, nginx, ratio: each } of rounds) {
      process.stdout.write(
        `gateway ${gateway.rate.toFixed(0)}/s (p99 ${gateway.p99})  nginx ${nginx.rate.toFixed(0)}/s (p99 ${nginx.p99})  ratio ${each.toFixed(2)}\n`,
      )
    }
    process.stdout.write(`median ratio ${ratio.toFixed(2)}, at least ${BOUND} is asked for\n`)
  }
  if (ratio < BOUND) process.exitCode = 1
} finally {
  await stopAll()
}
