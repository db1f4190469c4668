// Records the pictures of this folder: real screens of a real platform, which it starts, disturbs and removes.
//
//   npm run build && npm run pictures [-- --port 8000]
//
// Needs tmux. Takes about three minutes, since circuits stay open for 30 seconds.
import { execFileSync } from 'node:child_process'
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { toSvg } from './to-svg.mjs'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } })
const here = import.meta.dirname
const root = path.resolve(here, '../..')
const MAIN = path.join(root, 'cli/dist/start.cjs')
const PATIENCE_MS = 120_000
/** More than any narration takes. */
const ROWS = 180

const home = await mkdtemp(path.join(tmpdir(), 'msctl-pictures-'))
await chmod(home, 0o711) // as root, the stores run as somebody who has to pass through
// So that no Redis is downloaded where the clone has one.
await cp(path.join(root, '.msctl/cache'), path.join(home, 'cache'), { recursive: true }).catch(
  () => undefined,
)
const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', MSCTL_HOME: home, MSCTL_DRIVER: 'local' }
const msctl = (...args) =>
  execFileSync(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })

const tmux = (...args) =>
  execFileSync('tmux', ['-L', `pictures-${process.pid}`, '-f', '/dev/null', '-u', ...args], {
    encoding: 'utf8',
  })
const screen = (...marks) => tmux('capture-pane', '-p', ...marks)
const press = (...keys) => tmux('send-keys', ...keys)

/** A terminal of that size, in which msctl runs. */
function open(columns, rows, ...args) {
  const size = ['-x', String(columns), '-y', String(rows)]
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // What was printed stays until it has been looked at.
  const script = '"$@"; exec sleep 600'
  const command = ['env', '-i', 'TERM=tmux-256color', ...variables, process.execPath, MAIN, ...args]
  tmux('new-session', '-d', '-s', 'picture', ...size, 'sh', '-c', script, 'sh', ...command)
}
const close = () => tmux('kill-session', '-t', 'picture')

async function waitFor(pattern) {
  const deadline = Date.now() + PATIENCE_MS
  while (!pattern.test(screen())) {
    if (Date.now() > deadline) throw new Error(`Never saw ${pattern}; instead:\n${screen()}`)
    await delay(100)
  }
}

async function record(name, columns, title) {
  await writeFile(path.join(here, `${name}.svg`), toSvg(screen('-e'), { columns, title }))
}

// Between two terminals, it must not end.
tmux('start-server', ';', 'set-option', '-g', 'exit-empty', 'off')
try {
  msctl('up', '--port', values.port)
  msctl('users', 'create', '--email', 'ann@example.com', '--name', 'Ann')
  msctl('orders', 'create', '--user-id', '1', '--product', 'Laptop')
  msctl('orders', 'get', '1')

  open(80, 24, 'dashboard')
  await waitFor(/● ok/)
  press('g')
  await waitFor(/load: 200 sent/)
  await record('dashboard', 80, 'The dashboard while all is well')

  press('s')
  await waitFor(/▸ users +○ down/)
  press('g')
  await waitFor(/● OPEN.* 2\d s/)
  await record('dashboard-open', 80, 'The dashboard while the circuit of users is open')
  press('s')
  await waitFor(/● HALF_OPEN/)
  press('g')
  await waitFor(/HALF_OPEN → CLOSED/)
  await record('dashboard-closed', 80, 'The dashboard after the circuit of users has closed again')
  close()

  open(160, 45, 'dashboard')
  await waitFor(/● ok/)
  press('r')
  await waitFor(/▸ cache-ttl/)
  press('Down', 'Enter')
  await waitFor(/Wait for the trial/)
  await record('dashboard-scenario', 160, 'A scenario in the dashboard, beside the circuit that it opened')
  await waitFor(/Esc closes/)
  close()

  for (const { name } of JSON.parse(msctl('scenario', 'list', '--json')).scenarios) {
    open(100, ROWS, 'scenario', name, '--quiet')
    await waitFor(/expectations held/)
    if (screen().split('\n')[ROWS - 1] !== '') throw new Error(`${name} needs more than ${ROWS} rows`)
    await record(`scenario-${name}`, 100, `msctl scenario ${name}`)
    close()
  }
  tmux('kill-server')
} finally {
  msctl('down', '--volumes')
  await rm(home, { recursive: true, force: true })
}
