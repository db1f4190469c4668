import type { Failures } from '../failure.ts'

/** What happened, why, and what to do next: the three lines of an error. */
export interface Explanation {
  readonly what: string
  readonly why: string
  readonly next: string
}

type Explanations = { readonly [C in keyof Failures]: (facts: Failures[C]) => Explanation }

/** The last lines of a log, set off from the text around them. */
const quote = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`

/** One of each. */
const one = { users: 'user', orders: 'order', payments: 'payment' } as const

/** What a setting has to be. */
const wanted = {
  url: 'an address such as http://localhost:8000, without a password, a query or a fragment',
  driver: 'auto, local or compose',
  port: 'a port: 0 (any) to 65535',
  lang: 'en or ru',
} as const

/** Each field on a line of its own, if there are several. */
const fieldByField = (fields: readonly { readonly path: string; readonly message: string }[]) => {
  const lines = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length === 1 ? (lines[0] ?? '') : `It said, field by field:${quote(lines)}`
}

const errors: Explanations = {
  usage: ({ detail, command }) => ({
    what: `This is not how msctl is called: ${detail}`,
    why: 'The command line could not be understood, so nothing was done.',
    next: `See ${command ?? 'msctl'} --help`,
  }),
  'unknown-part': ({ given, suggestion }) => ({
    what: `There is no part called "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'The parts are users, orders, payments, gateway, cache and db.',
    next: suggestion ? `Try again with ${suggestion}` : 'See msctl status for all of them',
  }),
  'port-taken': ({ part, port, holder }) => ({
    what: `Port ${port}, which ${part} needs, is taken.`,
    why: holder
      ? `Process ${holder.pid} listens there: ${holder.command}`
      : 'Another program listens there; the system does not let us see which.',
    next:
      part === 'gateway'
        ? 'End that program, or choose another port: msctl up --port 8080'
        : 'End that program, or let all ports be chosen anew: msctl down, then msctl up',
  }),
  'part-failed': ({ part, reason, log, logFile }) => ({
    what: `${part} ended while it was starting (${reason}).`,
    why: log.length === 0 ? 'It wrote nothing to its log.' : `The last lines of its log:${quote(log)}`,
    next: `Read all of it: ${logFile}`,
  }),
  'part-not-ready': ({ part, seconds, log, logFile }) => ({
    what: `${part} was started, but was not ready within ${seconds} s.`,
    why: log.length === 0 ? 'It wrote nothing to its log.' : `The last lines of its log:${quote(log)}`,
    next: `Read all of it: ${logFile}`,
  }),
  'part-would-not-end': ({ part, pid }) => ({
    what: `${part} (process ${pid}) did not end.`,
    why: 'It survived even SIGKILL, so it hangs in the system, perhaps waiting for a disk.',
    next: `Look at it: ps -o pid,stat,wchan,args -p ${pid}`,
  }),
  'container-would-not-end': ({ part }) => ({
    what: `${part} did not end.`,
    why: 'Its container still runs, or was started again at once.',
    next: 'Look at it: docker ps, docker logs',
  }),
  'not-running': () => ({
    what: 'The platform is not running.',
    why: 'No part of it has been started from here.',
    next: 'Start it: msctl up',
  }),
  unreachable: ({ url, reason }) => ({
    what: `Nothing answers at ${url}.`,
    why: reason,
    next: 'See what runs: msctl status; start it: msctl up; or name another address: --url URL',
  }),
  'not-the-platform': ({ url, reason }) => ({
    what: `Something answers at ${url}, but it is not this platform's gateway.`,
    why: reason,
    next: 'Name the gateway: --url URL',
  }),
  'other-driver': ({ running, asked }) => ({
    what: `The platform already runs here, by the driver ${running}.`,
    why: `It cannot run by ${asked} at the same time.`,
    next: 'Stop it first: msctl down',
  }),
  'other-port': ({ running, asked }) => ({
    what: `The platform already runs, on port ${running}.`,
    why: `A running platform cannot move to port ${asked}.`,
    next: `Stop it first: msctl down, then msctl up --port ${asked}`,
  }),
  locked: ({ pid, command, seconds, file }) => ({
    what: `Another msctl is at work here: ${command} (process ${pid}).`,
    why: `It was not done within ${seconds} s.`,
    next: `Wait for it or end it; if no such process exists, remove ${file}`,
  }),
  'state-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be used.`,
    why: reason,
    next: 'If nothing of the platform runs any more, remove that file and run msctl up',
  }),
  'folder-unusable': ({ folder, reason }) => ({
    what: `${folder} cannot be written to.`,
    why: reason,
    next: 'Make it writable and see that the disk is not full, or use another folder: MSCTL_HOME=/some/folder msctl up',
  }),
  'not-permitted': ({ pid, reason }) => ({
    what: `Process ${pid} cannot be ended.`,
    why: `It belongs to another user: ${reason}`,
    next: 'Run msctl as the user who started the platform',
  }),
  windows: () => ({
    what: 'msctl does not run on Windows itself.',
    why: 'Its drivers rely on signals and processes as Linux and macOS have them.',
    next: 'Run it inside WSL: https://learn.microsoft.com/windows/wsl/install',
  }),
  'no-postgres': ({ system, reason }) => ({
    what: `There is no PostgreSQL that runs on this system (${system}).`,
    why: reason,
    next: 'Install again without leaving out optional dependencies: npm ci; or use Docker: msctl up --driver compose',
  }),
  'postgres-major': ({ found, wanted, folder }) => ({
    what: `The data in ${folder} are not of PostgreSQL ${wanted}.`,
    why:
      found === '?'
        ? 'It is not a complete data folder.'
        : `They were written by PostgreSQL ${found}, and each major version reads only its own.`,
    next: 'Move the folder away, or throw the data away: msctl up --fresh',
  }),
  'postgres-password': ({ file }) => ({
    what: "The database's password is gone.",
    why: `${file} cannot be read, and without it nobody can connect to the data beside it.`,
    next: 'Put the file back, or throw the data away: msctl up --fresh',
  }),
  'postgres-init': ({ reason }) => ({
    what: 'The database could not be created.',
    why: reason,
    next: 'See that the disk is not full and the folder writable, then run msctl up again',
  }),
  'no-redis': ({ reason, remedy }) => ({
    what: 'There is no Redis or Valkey to run, and none could be fetched.',
    why: reason,
    next: `Install one: ${remedy}; or use Docker: msctl up --driver compose`,
  }),
  'not-built': ({ part, tried }) => ({
    what: `The program of ${part} is missing.`,
    why: `There is no ${tried.join(', nor ')}`,
    next: 'Build it: npm run build',
  }),
  'no-docker': ({ reason }) => ({
    what: 'The compose driver needs Docker and Compose, which do not answer here.',
    why: reason,
    next: 'Start Docker, or do without: msctl up --driver local',
  }),
  'no-compose-file': ({ folder }) => ({
    what: 'There is no docker-compose.yml to start.',
    why: `${folder} has none; the compose driver works in a clone of the repository.`,
    next: 'Use the other driver: msctl up --driver local',
  }),
  'project-taken': ({ project, folder }) => ({
    what: `Compose already has a project called ${project}, of another folder.`,
    why: `Its containers were started from ${folder}.`,
    next: 'Stop them there, or give this one another name: COMPOSE_PROJECT_NAME=other msctl up --driver compose',
  }),
  'compose-failed': ({ command, output }) => ({
    what: `Compose failed: ${command}`,
    why: output.length === 0 ? 'It did not say why.' : `It said:${quote(output)}`,
    next: 'Run that command by hand to see more, or msctl with -v',
  }),
  'compose-map': ({ role, candidates, given }) => ({
    what:
      given === undefined
        ? `Which service of the Compose file is ${role} cannot be told.`
        : `The Compose file has no service ${given}, which --map names.`,
    why: candidates.length === 0 ? 'It has no services.' : `It could be: ${candidates.join(', ')}`,
    next: `Say which it is: --map ${role}=${candidates[0] ?? 'NAME'}`,
  }),
  'compose-refused': ({ service, reason }) => ({
    what: `The Compose file cannot be graded safely: ${service}.`,
    why: `This service would reach out of its container: ${reason}.`,
    next: 'Look at the submission by hand; or start it yourself and grade it with msctl verify --url',
  }),
  'part-unreachable': ({ part, reason }) => ({
    what: `${part} ${reason === undefined ? 'is not running' : 'does not answer'}.`,
    why: reason ?? 'It was stopped, or has ended by itself; other parts run.',
    next: `Start it: msctl start ${part}; or see what it says: msctl logs ${part}`,
  }),
  'cache-refused': ({ reason }) => ({
    what: 'The cache refused what it was asked.',
    why: reason,
    next: 'See what is in it: msctl cache keys; what the platform puts there are plain strings',
  }),
  'unknown-database': ({ given, suggestion }) => ({
    what: `No service called "${given}" has a database.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'The databases are those of users, orders and payments.',
    next: `Try again: msctl db ${suggestion ?? 'users'}`,
  }),
  'sql-failed': ({ database, message, place, advice }) => ({
    what: `${database} refused the statement: ${message}`,
    why: place === undefined ? 'PostgreSQL says no more than that.' : `It points here:${quote(place)}`,
    next: advice ?? `See what is there: SELECT table_name, column_name FROM information_schema.columns`,
  }),
  'no-psql': ({ database, remedy }) => ({
    what: 'There is no psql here, so there is no prompt.',
    why: 'msctl brings the PostgreSQL server only, without its clients.',
    next: `Run one statement: msctl db ${database} --sql 'SELECT 1'; or install psql: ${remedy}`,
  }),
  'remote-target': ({ url }) => ({
    what: `${url} is not on this machine.`,
    why: 'Load on somebody else’s machine is an attack unless they agreed to it, so nothing was sent.',
    next: 'If it is yours to load: msctl load --allow-remote',
  }),
  'broken-json': ({ reason }) => ({
    what: 'What --data holds is not a JSON object, so nothing was sent.',
    why: reason ?? 'It is JSON, but a list or a single value.',
    next: `Put the whole of it between single quotes: --data '{"name": "Ann"}', or send it to --data -`,
  }),
  'missing-fields': ({ flags, resource, verb }) => ({
    what: verb === 'create' ? `Something is missing: ${flags.join(', ')}` : 'There is nothing to change.',
    why:
      verb === 'create'
        ? `${resource} cannot be created without it, so nothing was sent.`
        : `None of ${flags.join(', ')} is given, and no --data.`,
    next: `See msctl ${resource} ${verb} --help`,
  }),
  'no-answer': ({ url, seconds }) => ({
    what: `${url} did not answer within ${seconds} s.`,
    why: 'Something listens there, but it hangs, is overloaded, or is not an HTTP server.',
    next: 'See what runs: msctl status, msctl logs gateway; or name another address: --url URL',
  }),
  'not-found': ({ resource, id }) => ({
    what: `There is no ${one[resource]} ${id}.`,
    why: 'It was never created, or it has been deleted (404).',
    next: `See those there are: msctl ${resource} list`,
  }),
  conflict: ({ detail }) => ({
    what: 'This collides with what exists already (409).',
    why: detail,
    next: 'Take another value, or look for the one that has it: msctl users list',
  }),
  'invalid-fields': ({ detail, errors, resource, verb }) => ({
    what: 'The platform does not accept these values (422).',
    why: errors.length === 0 ? detail : fieldByField(errors),
    next: `Correct them; what is possible: msctl ${resource} ${verb} --help`,
  }),
  'circuit-open': ({ service, seconds }) => ({
    what: `The circuit of ${service} is open (503), so the gateway did not ask ${service} at all.`,
    why: `Too many requests to ${service} failed in a row.`,
    next:
      seconds === undefined
        ? `Watch it: msctl health --watch; start the service if it is down: msctl start ${service}`
        : `The gateway tries again in ${seconds} s: msctl health --watch; if the service is down: msctl start ${service}`,
  }),
  'service-failed': ({ service, status, detail }) => ({
    what: `The gateway got no answer from ${service} (${status}).`,
    why: detail || 'It did not say why.',
    next: `See whether it runs: msctl status; start it: msctl start ${service}; what it says: msctl logs ${service}`,
  }),
  refused: ({ status, detail, requestId }) => ({
    what: `The platform answered with an error (${status}).`,
    why: detail || 'It did not say why.',
    next: `See what it logged: msctl logs --request-id ${requestId}`,
  }),
  'config-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be read as a JSON object.`,
    why: reason,
    next: 'Correct it, such as {"url": "http://localhost:8000"}, or remove it',
  }),
  'unknown-setting': ({ file, given, suggestion }) => ({
    what: `There is no setting called "${given}".${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: `${file} has it; the settings are url, driver, port and lang.`,
    next: 'Correct the file, then see what counts: msctl config',
  }),
  'setting-invalid': ({ name, place, given }) => ({
    what: `The setting ${name} cannot be "${given}".`,
    why: `${place} says so; it has to be ${wanted[name]}.`,
    next: 'Correct it, then see what counts: msctl config',
  }),
  'no-schema': ({ given, suggestion }) => ({
    what: `There is no command "${given}" with a result.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    why: 'Schemas exist of what commands print with --json.',
    next: `See all of them: msctl schema`,
  }),
  'report-unwritable': ({ file, reason }) => ({
    what: `The report cannot be written to ${file}.`,
    why: reason,
    next: 'Name another file: --report FORMAT=FILE',
  }),
  'report-unreadable': ({ file, reason }) => ({
    what: `${file} is no report that can be used.`,
    why: reason,
    next: 'Name a JSON report as msctl verify writes it: --report json=FILE',
  }),
  'grades-unreadable': ({ file, reason }) => ({
    what: `${file} holds no grades that can be used.`,
    why: reason,
    next: 'Name folders that msctl grade has written to, or their grades.json',
  }),
  'grades-overlap': ({ id, shards }) => ({
    what: `${id} was graded more than once.`,
    why: `It is in ${shards.join(' and in ')}, and nobody has said which of them counts.`,
    next: 'Leave one of them out',
  }),
  'no-terminal': () => ({
    what: 'The dashboard needs a terminal.',
    why: 'Here is none that can be drawn on and read from, or CI or TERM=dumb says that there is none.',
    next: 'Look once: msctl status, msctl health; for scripts: msctl dashboard --json',
  }),
  'target-not-ready': ({ url, seconds }) => ({
    what: `Nothing answered at ${url} within ${seconds} s, so nothing was graded.`,
    why: 'A grading begins once the gateway answers, whatever it answers.',
    next: 'Start the target and name its gateway: msctl verify --url URL',
  }),
  'rubric-unusable': ({ file, reason }) => ({
    what: `${file} is no rubric that can be used.`,
    why: reason,
    next: 'Begin with the one of the assignment: scenarios/src/rubric.json; docs/grading.md says more',
  }),
  interrupted: () => ({
    what: 'Interrupted.',
    why: 'What was being started has been ended again; what ran before still runs.',
    next: 'See what runs: msctl status',
  }),
}

/** What msctl says, in English. The other catalogues have the same shape, and the type checker compares them. */
export const en = {
  errors,

  /** Headings of the three lines. */
  error: {
    what: 'Error',
    why: 'Why',
    next: 'Next',
    unexpected: 'Something went wrong that msctl did not expect.',
    report: 'Run it again with -v to see where, and report it',
  },

  parts: {
    up: 'up',
    'not ready': 'not ready',
    down: 'down',
  },

  up: {
    done: (url: string) => `The platform is up: ${url}`,
    already: (url: string) => `The platform is up already: ${url}`,
    try: 'Try next:',
  },
  down: {
    done: 'The platform is down; its data are kept.',
    removed: 'The platform is down, and its data are removed.',
    already: 'Nothing was running.',
    alreadyRemoved: 'Nothing was running; the data are removed.',
  },
  restart: { everything: 'The platform is restarted.', part: (name: string) => `${name} is restarted.` },
  change: {
    started: (part: string, state: string) => `${part} is started: ${state}.`,
    alreadyStarted: (part: string, state: string) => `${part} runs already: ${state}.`,
    stopped: (part: string) => `${part} is stopped.`,
    killed: (part: string) => `${part} is killed.`,
    alreadyStopped: (part: string) => `${part} was not running.`,
  },
  status: {
    columns: {
      part: 'PART',
      state: 'STATE',
      process: 'PID',
      container: 'CONTAINER',
      port: 'PORT',
      memory: 'MEMORY',
      uptime: 'UPTIME',
      url: 'URL',
    },
    driver: 'driver',
    url: 'url',
    data: 'data',
    notRunning: 'The platform is not running. Start it: msctl up',
  },
  health: {
    columns: { circuit: 'CIRCUIT', state: 'STATE', failures: 'FAILURES', trial: 'NEXT TRIAL' },
    ok: 'ok',
    degraded: 'degraded',
    trialIn: (seconds: number) => `in ${seconds} s`,
    trialNow: 'with the next request',
  },
  dashboard: {
    circuits: 'Circuits',
    parts: 'Parts',
    traffic: 'Traffic',
    cache: 'Cache',
    events: 'Events',
    logs: 'Logs',
    help: 'Keys',
    looking: 'looking …',
    ok: 'ok',
    degraded: 'degraded',
    away: 'away',
    seconds: (seconds: number) => `${seconds} s`,
    trialFails: 'the trial fails',
    trialSucceeds: 'the trial succeeds',
    aSecond: 'last minutes, a bar a second',
    rate: (perSecond: string) => `${perSecond}/s`,
    hitRatio: (percent: number) => `hits ${percent} %`,
    noEvents: 'Nothing has happened yet.',
    noLogs: 'Waiting for what the parts write.',
    following: 'following',
    scrolledBack: (lines: number) => `${lines} lines back`,
    bringUp: 'Press u to start it.',
    startGateway: 'Select the gateway and press s to start it.',
    otherUrl: 'Name another address: msctl dashboard --url URL',
    tooSmall: (wanted: { columns: number; rows: number }, found: { columns: number; rows: number }) =>
      `The dashboard needs ${wanted.columns} × ${wanted.rows}; this terminal has ${found.columns} × ${found.rows}. Make it larger, or press q.`,
    loading: (sent: number, total: number) => `load ${sent}/${total}`,
    work: {
      starting: (part: string) => `starting ${part} …`,
      stopping: (part: string) => `stopping ${part} …`,
      killing: (part: string) => `killing ${part} …`,
      'bringing-up': 'starting the platform …',
      flushing: 'emptying the cache …',
      leaving: 'ending …',
    },
    event: {
      failures: (service: string, count: number) =>
        `${service}: ${count} ${count === 1 ? 'request' : 'requests'} failed`,
      gatewayRestarted: 'the gateway was restarted',
      loaded: (sent: number, failed: number) => `load: ${sent} sent, ${failed} failed`,
      platformUp: 'the platform is up',
    },
    keys: {
      toggle: 'stop/start',
      kill: 'kill',
      load: 'load',
      flush: 'flush',
      scenario: 'scenario',
      logs: 'logs',
      'bring-up': 'up',
      help: 'help',
      quit: 'quit',
    },
    explained: {
      move: 'select a part; in the logs: scroll, also by Page Up and Page Down',
      toggle: 'stop the selected part, or start it (msctl stop, msctl start)',
      kill: 'kill the selected part, as a crash would (msctl kill)',
      load: 'send 20 GET /users/1 a second for 10 seconds (msctl load)',
      flush: 'empty the cache (msctl cache flush)',
      scenario: 'run a scenario and see it beside the circuits (msctl scenario)',
      logs: 'follow what the parts write (msctl logs --follow)',
      'bring-up': 'start all parts that do not run (msctl up)',
      help: 'show this',
      back: 'back to the overview',
      quit: 'quit; the platform goes on running',
    },
    legend: [
      '● up   ◐ not ready   ○ down',
      'A circuit is in the state that is filled; arrows are heavy as far as they have been gone.',
      'Latency: of the gateway to us, of a service to the gateway, of the cache to us.',
    ] as readonly string[],
  },
  resource: {
    none: {
      users: 'There are no users.',
      orders: 'There are no orders.',
      payments: 'There are no payments.',
    },
    deleted: {
      users: (id: number) => `User ${id} is deleted.`,
      orders: (id: number) => `Order ${id} is deleted.`,
      payments: (id: number) => `Payment ${id} is deleted.`,
    },
    cache: {
      HIT: 'from the cache (HIT)',
      MISS: 'from the database (MISS); the cache has it now',
      BYPASS: 'from the database (BYPASS); the cache is away',
    },
    replayed: 'answered before: the same idempotency key came with the same body; nothing was created now',
    ordersMissing: 'The orders are not to be had now; this does not mean that there are none.',
  },
  config: {
    columns: { name: 'SETTING', value: 'VALUE', source: 'FROM' },
    sources: {
      flag: 'a flag',
      environment: 'the environment',
      file: 'the configuration file',
      platform: 'the platform that runs here',
      locale: 'the locale',
      default: 'the default',
    },
    noFile:
      'There is no msctl.config.json here or above; it could say {"url": …, "driver": …, "port": …, "lang": …}.',
  },
  schema: { choose: 'Show one: msctl schema users get' },
  logs: { none: 'No logs yet.' },
  cache: {
    columns: { key: 'KEY', ttl: 'TTL' },
    empty: 'The cache is empty.',
    emptyHint: 'Reading one object by its id fills it: msctl users get 1',
    missing: (key: string) => `${key} is not cached, or no longer.`,
    flushed: (count: number) => `The cache is empty; ${count} ${count === 1 ? 'key is' : 'keys are'} gone.`,
    title: (count: number) => `keys: ${count}   (Ctrl-C to end)`,
    more: (count: number) => `… and ${count} more`,
  },
  db: {
    noRows: '(no rows)',
    rows: (count: number) => (count === 1 ? '1 row' : `${count} rows`),
    done: (command: string) => `Done: ${command}`,
  },
  verify: {
    grading: (url: string) => `Grading ${url}`,
    attempt: (attempt: number, of: number) => `Run ${attempt} of ${of}`,
    left: (seconds: number) => (seconds > 0 ? `about ${seconds} s left` : 'almost done'),
    failed: 'What failed',
    fellWith: 'What failed with it',
    errors: 'What could not be checked, which is nobody’s failure',
    notAssessed: 'What was not assessed',
    advice: 'Advice, without points',
    labels: { expected: 'expected', actual: 'seen', why: 'why', hint: 'hint', repro: 'to see it' },
    ofMax: (assessable: number, max: number) =>
      assessable === 0 ? `not assessed (${max})` : `${assessable} of ${max} assessed`,
    score: (score: number, assessable: number, max: number, percent: number) =>
      `${score} of ${assessable} assessable points (of ${max}), ${percent} %`,
    facts: (url: string, took: string, seed: number, passMark: number) =>
      `${url}, in ${took}, seed ${seed}, passed with ${passMark} %`,
    partial: 'Interrupted; this is how far it came.',
    verdict: { passed: 'Passed', below: 'Not passed', undecided: 'No verdict' },
    quality: {
      title: 'clean, typed, documented',
      expected: 'Code that follows the style of its language, with types and comments where they help',
      rationale: 'Code is read far more often than it is written.',
      hint: 'Run a formatter and a linter over it, and read it aloud to somebody.',
      notJudged: 'Judged by people or by a linter: --manual code-quality=8 or --lint COMMAND',
      lintFailed: (exitCode: number, line: string) => `The linter exited with ${exitCode}: ${line}`,
      lintLate: (seconds: number) => `The linter did not end within ${seconds} s.`,
      lintUnusable: (line: string) => `The linter could not be run: ${line}`,
    },
  },
  grades: {
    columns: { id: 'submission', points: 'points', status: 'result', reason: 'why' },
    statuses: {
      passed: 'passed',
      below: 'not passed',
      undecided: 'no verdict',
      'not-ready': 'never started',
      refused: 'refused',
      error: 'grading error',
      interrupted: 'interrupted',
    },
    summary: (passed: number, of: number) => `${passed} of ${of} passed`,
  },
  load: {
    target: (path: string, rps: number, duration: string) => `GET ${path}, ${rps} a second for ${duration}`,
    sent: 'sent',
    rate: (rps: string) => `${rps} a second`,
    failed: 'failed',
    latency: 'latency',
    answers: 'answers',
    interrupted: 'Interrupted; this is how far it came.',
    notFound:
      'All answers were 404, which count as answers. Create something to load: msctl users create --email ann@example.com --name Ann',
    progress: (sent: number, total: number, failed: number) => `${sent} of ${total} sent, ${failed} failed`,
  },
  doctor: {
    machine: 'This machine',
    canRun: (driver: string) => `${driver}: can run`,
    cannotRun: (driver: string) => `${driver}: cannot run`,
    names: {
      node: 'Node.js',
      home: 'State folder',
      disk: 'Disk space',
      port: 'Gateway port',
      stores: 'Other ports',
      programs: 'Services',
      postgres: 'PostgreSQL',
      data: 'Data',
      redis: 'Redis',
      psql: 'psql',
      composeFile: 'Compose file',
      docker: 'Docker',
    },
    ok: {
      node: ({ version }: { version: string }) => version,
      home: ({ folder }: { folder: string }) => `${folder} can be written to`,
      disk: ({ free }: { free: string }) => `${free} free`,
      port: ({ port, isOurs }: { port: number; isOurs: boolean }) =>
        isOurs ? `${port}, where the platform runs` : `${port} is free`,
      stores: ({ taken }: { taken: string }) =>
        taken === '' ? 'all free' : `${taken} taken; others will be chosen`,
      programs: () => 'built',
      postgres: ({ version }: { version: string }) => version,
      data: ({ isNew }: { isNew: boolean }) => (isNew ? 'none yet' : 'there') as string,
      redis: ({ command }: { command: string | null }) =>
        command ?? 'will be downloaded by apt into the state folder, once',
      psql: ({ command }: { command: string }) => command,
      composeFile: ({ file }: { file: string }) => file,
      docker: ({ version }: { version: string }) => version,
    },
    problem: {
      disk: (free: string, wanted: string) => `${free} free; ${wanted} are advisable`,
      psql: 'not here; only the prompt of msctl db needs it',
    },
    remedy: {
      disk: 'Make room, or keep the state elsewhere: MSCTL_HOME=/some/folder msctl up',
      psql: (command: string) => `To have a prompt: ${command}`,
    },
    ready: (driver: string) => `Start the platform: msctl up --driver ${driver}`,
  },
  progress: {
    waiting: (command: string, pid: number) => `waiting for another msctl: ${command} (process ${pid})`,
    'fetching-redis': {
      updating: 'Redis: fetching the list of packages (only this once)',
      downloading: "Redis: downloading the distribution's package (only this once)",
      unpacking: 'Redis: unpacking it into the state folder',
    },
    creatingDatabase: 'db: creating the data folder',
    starting: (part: string) => `${part} starting`,
    ready: (part: string) => `${part} ready`,
    stopping: (part: string) => `${part} stopping`,
    stopped: (part: string) => `${part} stopped`,
    portsRetry: (port: number) => `port ${port} was taken meanwhile; choosing others`,
    undoing: 'ending what was started',
  },

  help: {
    about: 'Starts, drives and watches the microservices platform.',
    usage: 'Usage:',
    options: 'Options:',
    globalOptions: 'Global options:',
    commands: 'Commands:',
    arguments: 'Arguments:',
    examples: 'Examples:',
    exitCodes: 'Exit codes:',
    exits: [
      ['0', 'done'],
      ['1', 'what was asked for or tested failed'],
      ['2', 'the command line is wrong'],
      ['3', 'the platform or target cannot be reached'],
      ['4', 'the environment lacks something'],
      ['130', 'interrupted'],
    ] as readonly (readonly [string, string])[],
    didYouMean: (name: string) => `did you mean ${name}?`,
    unknownCommand: (name: string) => `there is no command "${name}"`,
    unknownOption: (name: string) => `there is no option ${name}`,
    missingArgument: (name: string) => `<${name}> is missing`,
    excessArguments: 'too many arguments',
    missingValue: (flags: string) => `${flags} needs a value`,
    invalidValue: (flags: string, given: string, wanted: string) =>
      `${flags} cannot be "${given}"; it has to be ${wanted}`,
    aPort: 'a port: 0 (any) to 65535',
    aCount: 'a whole number that is not negative',
    aRate: 'a whole number from 1 to 10000',
    aDuration: 'a time such as 500ms, 10s or 2m, at most 10m',
    aPath: 'a path such as /users/1',
    needsSql: '--json needs --sql: a prompt prints no JSON',
    aUrl: 'an address such as http://localhost:8000',
    aNumber: 'a number',
    aMapping: (roles: string) => `PART=NAME, with one of the parts ${roles}`,
    aMark: (criteria: string) => `CRITERION=POINTS, with one of the criteria ${criteria}`,
    anId: 'an id: a whole number',
    aKey: '1 to 255 visible ASCII characters',
    oneOf: (choices: string) => `one of ${choices}`,
    aRepeat: 'a whole number from 1 to 100',
    aReset: 'whole seconds from 1 to 600',
    aReport: (formats: string) => `FORMAT=FILE, with one of these formats: ${formats}`,
    aRedis: 'an address such as redis://127.0.0.1:6379',
    aDatabase:
      'users=, orders= or payments= and an address such as postgres://user:secret@127.0.0.1:5432/users_db',
    field: {
      email: 'e-mail address; no two users have the same',
      name: 'name',
      userId: 'id of the user',
      product: 'what is ordered',
      quantity: 'how many (default: 1)',
      order_id: 'id of the order',
      amount: 'amount, above 0',
      status: 'pending, completed or failed',
    },
    option: {
      control: 'a program that is called with "stop users", "start users" … or "restart"',
      redis: "the target's Redis",
      db: "a service's database, once for each service",
      source: 'the folder of the sources, to assess the structure',
      compose: 'build and start this Compose file, grade it, and take it down',
      map: 'which service of the Compose file is users, orders, payments, gateway, cache, db_users …',
      submission: 'what the report calls what is graded',
      manual: 'points that you gave: code-quality=8, structure=5',
      lint: 'command that judges the code: exit 0 gives all points for its quality',
      only: 'only these criteria or checks, parted by commas',
      skip: 'all but these criteria or checks',
      report: 'write a report, as often as wanted: json, junit, markdown, github, html, gradescope …',
      rubric: 'other points and another pass mark than those of the assignment',
      strict: 'what is only advised has to be done, too',
      out: 'the folder to write to',
      seed: 'repeat what was left to chance',
      repeat: 'run everything so often, and mark the checks that come out differently',
      reset: 'how long the circuits of the target stay open (default: 30)',
      data: 'the fields as a JSON object; -: read it from stdin; flags come on top',
      idempotencyKey: 'makes it safe to repeat: the same key and fields create nothing a second time',
      limit: 'at most so many (default: all)',
      after: 'only those with ids above this one',
      details: 'with all orders of the user',
      help: 'show this help',
      version: 'show the version',
      json: 'print one JSON document (JSON lines for streams)',
      quiet: 'no progress, no hints',
      verbose: 'more detail, and where an error came from',
      lang: 'language: en or ru (default: the locale)',
      url: "the gateway's address (default: MSCTL_URL, the platform that runs here, or http://localhost:8000)",
      driver:
        'local, compose or auto (default: MSCTL_DRIVER, else the one that has run here, compose where Docker answers, local)',
      port: "the gateway's port; 0: any (default: MSCTL_PORT or 8000)",
      fresh: 'throw away the data first',
      volumes: 'remove the data, too',
      watch: 'show every change, until Ctrl-C',
      exitCode: 'exit with 1 unless all circuits are closed',
      follow: 'go on with what is written from now on',
      level: 'only lines at least this grave: trace, debug, info, warn, error or fatal',
      requestId: 'only the lines of this request',
      tail: 'at most so many of the last lines (default: all; with --follow: 20)',
      sql: 'run this one statement instead of a prompt',
      rps: 'requests a second, however slow the answers are (default: 50)',
      duration: 'for how long, at most 10m (default: 10s)',
      path: 'what to GET (default: /users/1)',
      allowRemote: 'allow a target that is not on this machine',
    },
    argument: {
      report: 'a report that was written as JSON',
      shards: 'folders that msctl grade has written to',
      id: 'the id',
      shell: 'bash, zsh or fish',
      command: 'the command whose result it describes',
      part: 'users, orders, payments, gateway, cache or db',
      key: 'a key such as user:1',
      service: 'users, orders or payments',
    },
    command: {
      verify: 'grade an implementation of the assignment',
      report: 'show, convert and merge the reports of gradings',
      'report show': 'show a stored report again, or write it in other formats',
      'report merge': 'put what shards of msctl grade have written together',
      up: 'start the platform and wait until it is ready',
      down: 'stop the platform; its data stay',
      restart: 'restart one part, or everything',
      stop: 'stop one part, the graceful way',
      start: 'start one part and wait until it is ready',
      kill: 'kill one part, as a crash would (SIGKILL)',
      status: 'show the parts: state, process or container, port, memory',
      logs: 'show the logs of all parts, merged by time',
      dashboard: 'show everything on one screen as it happens, and act by keys',
      health: 'show the circuits of the gateway',
      cache: 'look into the cache, or empty it',
      'cache keys': 'show all keys, and in how many seconds they expire',
      'cache get': 'show the value of a key',
      'cache ttl': 'show in how many seconds a key expires',
      'cache watch': 'show the keys as their time runs out, until Ctrl-C',
      'cache flush': 'remove all keys (FLUSHALL)',
      db: "open a service's database: a psql prompt, or one statement",
      load: 'send GETs to the gateway at a steady rate and measure the answers',
      doctor: 'show what this machine has and lacks for each driver',
      users: 'create, list, read, change and delete users',
      'users create': 'create a user',
      'users list': 'list the users, by id',
      'users get': 'read a user, through the cache',
      'users update': 'change the fields of a user that are named',
      'users delete': 'delete a user',
      orders: 'create, list, read, change and delete orders',
      'orders create': 'create an order',
      'orders list': 'list the orders, by id',
      'orders get': 'read an order, through the cache',
      'orders update': 'change the fields of an order that are named',
      'orders delete': 'delete an order',
      payments: 'create, list, read, change and delete payments',
      'payments create': 'pay for an order; three in ten payments fail',
      'payments list': 'list the payments, by id',
      'payments get': 'read a payment, through the cache',
      'payments update': 'change the fields of a payment that are named',
      'payments delete': 'delete a payment',
      config: 'show each setting and where it comes from',
      completion: 'print what makes a shell complete msctl',
      schema: 'print the JSON Schema of what a command prints with --json',
      help: 'show the help of a command',
    },
    example: {
      verify: [
        'grade the platform that runs here, or one that is started for it',
        'grade any other one, in whatever language',
        'a Compose project: started, graded, and taken down',
        'two criteria, with a report to look at',
      ],
      up: [
        'start everything on http://localhost:8000',
        'in containers, on another port',
        'with empty databases',
      ],
      down: ['stop everything and keep the data', 'stop everything and remove the data'],
      restart: ['restart everything', 'restart one service'],
      stop: ['see what happens without users', 'see what happens without the cache'],
      start: ['bring users back', 'bring the database back'],
      kill: ['crash the database', 'crash a service'],
      status: ['what runs here', 'the port of the gateway'],
      logs: ['all that was written', 'watch one service', 'what went wrong, and all about one request'],
      dashboard: ['watch the platform, and act by keys', 'one look, for scripts'],
      health: ['the three circuits', 'watch them open and close', 'for scripts: fails unless all are closed'],
      cache: ['what is cached, and for how long', 'one value', 'begin anew'],
      'cache keys': ['what is cached, and for how long', 'what expires within a minute'],
      'cache get': ['what GET user:1 in redis-cli shows', 'with its TTL, for scripts'],
      'cache ttl': ['seconds left; -2: there is no such key', 'for scripts'],
      'cache watch': ['watch the TTLs count down', 'one look, for scripts'],
      'cache flush': ['the next reads will be misses', 'how many keys there were'],
      db: ['a prompt; \\q leaves it', 'a statement, as a table', 'the same, for scripts'],
      load: ['50 a second for 10 seconds', 'faster and shorter', 'something else than one user'],
      doctor: ['before the first msctl up, or when it fails', 'which drivers can run, for scripts'],
      users: ['a new user', 'all of them', 'one of them'],
      'users create': ['from flags', 'from JSON', 'from another program'],
      'users list': ['all of them', 'one page', 'for scripts'],
      'users get': [
        'one user; the second time from the cache',
        'with all orders, in one request',
        'for scripts',
      ],
      'users update': ['another name', 'another e-mail address, from JSON'],
      'users delete': ['it is gone, also from the cache', 'for scripts'],
      orders: ['a new order', 'all of them', 'one of them'],
      'orders create': [
        'from flags',
        'from JSON; the quantity is 1',
        'safe to repeat: creates one order only',
      ],
      'orders list': ['all of them', 'those of one user', 'one page'],
      'orders get': ['one order; the second time from the cache', 'for scripts'],
      'orders update': ['another quantity', 'another product, from JSON'],
      'orders delete': ['it is gone, also from the cache', 'for scripts'],
      payments: ['a new payment', 'all of them', 'one of them'],
      'payments create': ['from flags', 'from JSON', 'safe to repeat: pays only once'],
      'payments list': ['all of them', 'those for one order', 'for scripts'],
      'payments get': ['one payment; the second time from the cache', 'for scripts'],
      'payments update': ['another status', 'another amount'],
      'payments delete': ['it is gone, also from the cache', 'for scripts'],
      report: ['as msctl verify has shown it', 'as a page', 'two shards as one'],
      'report show': ['as msctl verify has shown it', 'as a page, and for a CI system', 'one of its figures'],
      'report merge': ['all grades in one table', 'with all reports in one folder', 'who passed, for scripts'],
      config: ['what counts here', 'the gateway that the other commands ask'],
      completion: [
        'put it in /etc/bash_completion.d/msctl, or: source <(msctl completion bash)',
        'put it in a folder of $fpath, as _msctl',
        'put it in ~/.config/fish/completions/msctl.fish',
      ],
      schema: ['which there are', 'that of msctl users get --json', 'what a script can rely on'],
    },
  },
}

/** What every catalogue has to say. */
export type Messages = typeof en
