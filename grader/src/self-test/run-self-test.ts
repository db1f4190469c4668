import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres, startRedis } from '@msctl/platform/local/throwaway'
import { EXPERIMENTS } from '../checks/index.ts'
import { runGrading } from '../run/run-grading.ts'
import type { Target } from '../target/target.ts'
import { FAULTS } from './catalogue.ts'
import { createDatabasePool, type DatabasePool } from './databases.ts'
import type { FaultSheet } from './fault-sheet.ts'
import { judgeTrial, type Trial } from './judge-trial.ts'
import { startFaultyPlatform } from './platform.ts'

export interface SelfTestOptions {
  /** How many platforms are graded at a time. */
  readonly jobs: number
  /** Only these, by name; default all. */
  readonly only?: readonly string[] | undefined
  readonly language: 'en' | 'ru'
  readonly version: string
  /** For Redis: where downloads are kept, and where programs are looked for. */
  readonly cacheDir: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly onTrial: (trial: Trial, done: number, of: number) => void
  /** One that could not be graded as a whole is graded again, as this machine had too much to do. */
  readonly onAgain: (trial: Trial, done: number, of: number) => void
}

/** The circuits of the bundled platforms are open for no longer than it takes to see it, in seconds. */
const RESET_SECONDS = 4
const SEED = 20_261_122
/** How often one is graded of which something could not be checked. */
const ATTEMPTS = 3

/** The platform as it is, which has to pass as a variant does. */
const AS_IT_IS: FaultSheet = {
  name: 'as-it-is',
  kind: 'variant',
  title: { en: 'The platform as it is.', ru: 'Платформа как есть.' },
  criterion: 'correctness',
  switches: {},
}

/** Grades every bundled broken implementation, and every correct variant. */
export async function runSelfTest(options: SelfTestOptions): Promise<readonly Trial[]> {
  const { only } = options
  const sheets = [AS_IT_IS, ...FAULTS].filter(({ name }) => only === undefined || only.includes(name))
  const folder = await mkdtemp(path.join(tmpdir(), 'msctl-self-test-'))
  try {
    return await gradeAll(sheets, folder, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function gradeAll(
  sheets: readonly FaultSheet[],
  folder: string,
  options: SelfTestOptions,
): Promise<readonly Trial[]> {
  const { jobs, signal, onTrial, onAgain, cacheDir, env } = options
  // What takes longest, such as services that are slow in all they do, is a variant: with these last, all else would wait for them.
  const queue = sheets.toSorted((one, other) => Number(one.kind === 'fault') - Number(other.kind === 'fault'))
  const postgres = await startPostgres({ dir: path.join(folder, 'postgres') })
  const databases = createDatabasePool(postgres.url)
  let redises = 0
  const redis = () => startRedis({ dir: path.join(folder, `redis-${redises++}`), cacheDir, env })
  const trials = new Map<string, Trial>()
  const attempts = new Map<string, number>()
  const worker = async () => {
    for (let sheet = queue.shift(); sheet !== undefined && !signal.aborted; sheet = queue.shift()) {
      const { name } = sheet
      const trial = await tryOne(sheet, {
        ...options,
        postgresUrl: postgres.url,
        databases,
        startRedis: redis,
      })
      attempts.set(name, (attempts.get(name) ?? 0) + 1)
      if (isUndecided(trial) && attempts.get(name) !== ATTEMPTS && !signal.aborted) {
        // When most others are done, there is less to do.
        queue.push(sheet)
        onAgain(trial, trials.size, sheets.length)
        continue
      }
      trials.set(name, trial)
      onTrial(trial, trials.size, sheets.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, worker))
  } finally {
    await postgres.stop()
  }
  return sheets.flatMap(({ name }) => trials.get(name) ?? [])
}

/** Whether nothing is wrong with its verdicts but that some of them are missing. */
function isUndecided({ isRight, unrelated, errors }: Trial): boolean {
  return !isRight && unrelated.length === 0 && errors.length > 0
}

async function tryOne(
  sheet: FaultSheet,
  options: SelfTestOptions & {
    readonly postgresUrl: string
    readonly databases: DatabasePool
    readonly startRedis: () => Promise<{ url: string; stop(): Promise<void> }>
  },
): Promise<Trial> {
  const { postgresUrl, databases, startRedis: startOwnRedis, language, signal, version } = options
  const platform = await startFaultyPlatform({
    faults: sheet === AS_IT_IS ? [] : [sheet.name],
    ...{ postgresUrl, databases, startRedis: startOwnRedis, resetSeconds: RESET_SECONDS },
  })
  try {
    const report = await runGrading({
      target: targetOf(platform),
      // What is only advised takes its time, and is asked for where it is what is missing.
      ...(sheet.criterion !== 'advice' && { skip: ['advice'] }),
      ...{ experiments: EXPERIMENTS, resetSeconds: RESET_SECONDS, seed: SEED, language, signal, version },
    })
    return judgeTrial(sheet, report, language)
  } finally {
    await platform.close()
  }
}

type Platform = Awaited<ReturnType<typeof startFaultyPlatform>>

function targetOf({ url, redisUrl, databaseUrls, control }: Platform): Target {
  return {
    ...{
      kind: 'throw-away',
      url,
      redis: redisUrl,
      databases: databaseUrls,
      isOurs: true,
      isDisposable: true,
    },
    control,
  }
}
