import { readFileSync } from 'node:fs'
import { chmod, cp, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { runProcess } from '../run-process.ts'

/** The user as whom a server runs when msctl itself runs as root. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * The account for PostgreSQL, which refuses to run as root, and for Redis, which as root would give every local user
 * root's files: nobody needs a password to talk to it. `undefined` when msctl is not root: everything then runs as the
 * user himself.
 *
 * @param owned A folder that exists already; if somebody else than root owns it, its owner is the account.
 */
export async function serverAccount(owned?: string, uid = process.getuid?.()): Promise<Account | undefined> {
  if (uid !== 0) return undefined
  const owner = owned === undefined ? undefined : await stat(owned).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return accountIn(lines, 'postgres') ?? accountIn(lines, 'nobody') ?? { uid: 65534, gid: 65534 }
}

function accountIn(passwd: readonly string[], name: string): Account | undefined {
  const fields = passwd.find((line) => line.startsWith(`${name}:`))?.split(':')
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])]
  return uid > 0 && gid > 0 ? { uid, gid } : undefined
}

/** Whether `account` may pass through `folder` and everything above it. */
export async function canEnter(folder: string, account: Account): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const executable = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & executable) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

/** Whether `account` can run `program`, found out by running it with `--version`. */
export async function canRun(
  program: string,
  account: Account | undefined,
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  return (await runProcess(program, ['--version'], { account, env, timeoutMs: 10_000 })).isDone
}

/**
 * Copies a tree of programs so that every account can read and run it, whatever the original's modes are. The copy
 * appears under its name only when it is complete.
 */
export async function copyForOthers(from: string, to: string): Promise<void> {
  const partial = `${to}.new`
  await rm(partial, { recursive: true, force: true })
  await cp(from, partial, { recursive: true, verbatimSymlinks: true })
  await chmod(partial, 0o755)
  for (const entry of await readdir(partial, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const file = path.join(entry.parentPath, entry.name)
    const isProgram = entry.isDirectory() || ((await stat(file)).mode & 0o100) !== 0
    await chmod(file, isProgram ? 0o755 : 0o644)
  }
  await rm(to, { recursive: true, force: true })
  await rename(partial, to)
}
