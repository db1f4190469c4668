// The assignment's own sketch, done by the book in another language, gets every point that can be assessed.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Report } from '../grader/src/run/report.ts'
import { startPostgres, startRedis, type Throwaway } from '../platform/src/local/throwaway.ts'
import { freePorts } from '../platform/src/ports.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '..')
const submission = path.join(import.meta.dirname, 'fastapi-submission')
const control = path.join(submission, 'ctl')
const SERVICES = ['users', 'orders', 'payments']
const PARTS = ['gateway', ...SERVICES]
/** The submission reads it as well. On a busy machine its services take seconds to start, and have to within half of it. */
const RESET_SECONDS = '10'

let dir: string
let stores: Throwaway<unknown>[] = []
let env: Record<string, string>

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fastapi-'))
  const cacheDir = path.join(root, '.msctl', 'cache')
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres') })
  stores = [postgres]
  const redis = await startRedis({
    dir: path.join(dir, 'redis'),
    cacheDir,
    env: process.env,
  })
  stores.push(redis)
  const admin = new pg.Client(postgres.url)
  await admin.connect()
  for (const service of SERVICES) await admin.query(`CREATE DATABASE ${service}_db`)
  await admin.end()
  const ports = await freePorts(PARTS.length)
  const runDir = path.join(dir, 'run')
  await mkdir(runDir)
  const databases = SERVICES.map((service) => [
    `DB_${service.toUpperCase()}`,
    postgres.url.replace(/postgres$/, `${service}_db`),
  ])
  env = {
    ...{ PATH: process.env.PATH ?? '', HOME: dir, MSCTL_HOME: path.join(dir, 'msctl'), LANG: 'C.UTF-8' },
    ...Object.fromEntries(databases),
    ...{ REDIS_URL: redis.url, RUN_DIR: runDir, BREAKER_RESET_SECONDS: RESET_SECONDS },
    ...Object.fromEntries(PARTS.map((part, index) => [`${part.toUpperCase()}_PORT`, String(ports[index])])),
  }
  await run(control, ['up'], { env })
})

afterAll(async () => {
  await run(control, ['down'], { env })
  for (const store of stores) await store.stop()
  await rm(dir, { recursive: true })
})

test('a correct submission in another language and style gets every point', async () => {
  const file = path.join(dir, 'report.json')
  const databases = SERVICES.flatMap((service) => [
    '--db',
    `${service}=${env[`DB_${service.toUpperCase()}`]}`,
  ])
  const args = ['verify', '--url', `http://127.0.0.1:${env.GATEWAY_PORT}`, '--control', control]
  args.push('--redis', env.REDIS_URL ?? '', ...databases, '--source', submission)
  args.push('--reset', RESET_SECONDS, '--report', `json=${file}`)
  await run(path.join(root, 'msctl'), args, { env, maxBuffer: 10e6 })

  const report = Report.parse(JSON.parse(await readFile(file, 'utf8')))
  expect(report.checks.filter(({ status }) => status === 'fail' || status === 'error')).toEqual([])
  const unjudged = report.checks
    .filter(({ status }) => status === 'not-assessed')
    .map(({ criterion }) => criterion)
  expect(new Set(unjudged)).toEqual(new Set(['code-quality', 'compose']))
  expect([report.passed, report.score, report.assessable]).toEqual([true, 80, 80])
  // It has the textbook's race, and that is told, without points: of one of the two, as a race need not come out where there is little time.
  expect(report.advice.filter(({ status }) => status === 'fail').map(({ id }) => id)).toContainEqual(
    expect.stringMatching(/^advice\.(users|orders)\.stale-reads$/),
  )
})
