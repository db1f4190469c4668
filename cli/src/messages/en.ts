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
  logs: { none: 'No logs yet.' },
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
    aUrl: 'an address such as http://localhost:8000',
    oneOf: (choices: string) => `one of ${choices}`,
    option: {
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
    },
    part: 'users, orders, payments, gateway, cache or db',
    command: {
      up: 'start the platform and wait until it is ready',
      down: 'stop the platform; its data stay',
      restart: 'restart one part, or everything',
      stop: 'stop one part, the graceful way',
      start: 'start one part and wait until it is ready',
      kill: 'kill one part, as a crash would (SIGKILL)',
      status: 'show the parts: state, process or container, port, memory',
      logs: 'show the logs of all parts, merged by time',
      health: 'show the circuits of the gateway',
      help: 'show the help of a command',
    },
    example: {
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
      health: ['the three circuits', 'watch them open and close', 'for scripts: fails unless all are closed'],
    },
  },
}

/** What every catalogue has to say. */
export type Messages = typeof en
