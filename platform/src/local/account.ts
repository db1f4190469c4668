import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'

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
  return new Promise((resolve) => {
    execFile(program, ['--version'], { ...account, cwd: '/', env, timeout: 10_000 }, (error) =>
      resolve(error === null),
    )
  })
}
