import { accessSync, constants, existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { readLastPort } from '../home.ts'
import type { PlatformStatus } from '../platform.ts'
import { assertFree, DEFAULT_GATEWAY_PORT } from '../ports.ts'
import { type Check, check, type Surroundings } from './check.ts'

/** A new database, its log and a downloaded Redis take about a third of this. */
const ADVISABLE_BYTES = 500e6

/** What both drivers need. @param status What runs here now. @param port The port that is set, if one is. */
export async function checkMachine(
  { home }: Surroundings,
  status: PlatformStatus,
  port = readLastPort(home.state),
): Promise<Check[]> {
  const folder = nearestExisting(home.state)
  return Promise.all([
    check('node', null, () => ({ version: process.versions.node })),
    check('home', null, () => {
      assertWritable(folder)
      return { folder: home.state }
    }),
    checkDisk(folder),
    checkGatewayPort(port ?? DEFAULT_GATEWAY_PORT, status),
  ])
}

/** The folder itself, or the nearest one above it that is there. */
function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(path.dirname(folder))
}

function assertWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Failure('folder-unusable', { folder, reason: (cause as Error).message }, { cause })
  }
}

async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  const common = { name: 'disk', driver: null } as const
  if (freeBytes >= ADVISABLE_BYTES) return { ...common, state: 'ok', found: { freeBytes } }
  const problem = { code: 'disk-nearly-full', freeBytes, wantedBytes: ADVISABLE_BYTES } as const
  return { ...common, state: 'warning', problem }
}

/** A taken port stops nobody: another one can be chosen. */
async function checkGatewayPort(wanted: number, { url, parts }: PlatformStatus): Promise<Check> {
  const gateway = parts.find(({ name }) => name === 'gateway')
  const isOurs = url !== null && gateway?.state !== 'down'
  const port = isOurs ? (gateway?.port ?? wanted) : wanted
  const found = await check('port', null, async () => {
    if (!isOurs) await assertFree('gateway', port)
    return { port, isOurs }
  })
  return found.state === 'missing' ? { ...found, state: 'warning' } : found
}
