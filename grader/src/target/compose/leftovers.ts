import { appendFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ComposeCli } from '@msctl/platform/compose/compose-cli'
import { identify, isRunning } from '@msctl/platform/process-identity'
import * as z from 'zod/mini'
import { isOwnerDead, Owner, parseJson } from '../owner.ts'
import { removeProject } from './remove-project.ts'

type Docker = Pick<ComposeCli, 'docker'>

/** What all projects of gradings, and their temporary folders, are called at the beginning. */
export const PREFIX = 'msctl-grade-'
/** The label of everything in Docker that a grading has made: who it belongs to. */
export const OWNER_LABEL = 'msctl.grader'

const Note = z.object({ project: z.string(), owner: Owner })
const NOTE_FILE = 'grading.json'
/** What a build has made, a line each. */
const BUILT_FILE = 'built.txt'

/** A temporary folder that says whose it is, so that whoever comes after a kill can remove what belongs to it. */
export async function makeFolder(project: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), PREFIX))
  await writeFile(path.join(folder, NOTE_FILE), JSON.stringify({ project, owner: identify(process.pid) }))
  return folder
}

/** Notes a line of a build where it names an image or a container: those of a build that fails are called nothing, and stay. */
export function noteBuilt(folder: string, line: string): void {
  const built = /^ ---> (?:Running in )?([0-9a-f]{12})$/.exec(line)?.[1]
  if (built !== undefined) appendFileSync(path.join(folder, BUILT_FILE), `${built}\n`)
}

/** Removes a project, what its builds have left, and its folder. May be called twice. @returns what Docker said of what stays. */
export async function removeGrading(
  cli: Docker,
  project: string,
  folder: string,
): Promise<readonly string[]> {
  const left = [...(await removeProject(cli, project)), ...(await removeBuilt(cli, folder))]
  await rm(folder, { recursive: true, force: true })
  return left
}

/** Removes what nobody is to have any more: containers of build steps, and images without a name that no other image is made of. */
async function removeBuilt({ docker }: Docker, folder: string): Promise<readonly string[]> {
  const text = await readFile(path.join(folder, BUILT_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '' // nothing was built here, or BuildKit did it
    throw error
  })
  const built = new Set(text.split('\n').filter(Boolean))
  if (built.size === 0) return []
  const left: string[] = []
  const remove = async (kind: 'container' | 'image', listed: readonly string[]) => {
    const lines = (await docker([kind, 'ls', ...listed, '--format', '{{.ID}}'])).split('\n')
    const own = [...new Set(lines)].filter((id) => built.has(id))
    // With an image Docker removes those without a name that it was made of.
    for (const id of own)
      await docker([kind, 'rm', ...(kind === 'container' ? ['--force'] : []), id]).catch((error: Error) => {
        left.push(`docker ${kind} rm ${id}: ${error.message}`)
      })
  }
  await remove('container', ['--all'])
  await remove('image', ['--filter', 'dangling=true'])
  return left
}

/** A temporary folder of a grading, with what it says. */
interface Noted {
  readonly folder: string
  readonly project: string
  readonly isDead: boolean
}

async function notedFolders(): Promise<readonly Noted[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
  const found = await Promise.all(
    names.map(async (name): Promise<readonly Noted[]> => {
      const folder = path.join(tmpdir(), name)
      // What another account says is to be removed is not ours to remove.
      if ((await stat(folder).catch(() => undefined))?.uid !== process.getuid?.()) return []
      const text = await readFile(path.join(folder, NOTE_FILE), 'utf8').catch(() => '')
      const { data, success } = z.safeParse(Note, parseJson(text))
      return success ? [{ folder, project: data.project, isDead: !isRunning(data.owner) }] : []
    }),
  )
  return found.flat()
}

/** Removes what a grading of this project has left that does not run any more. */
export async function removeLeft(cli: Docker, project: string): Promise<readonly string[]> {
  const own = (await notedFolders()).filter((each) => each.project === project && each.isDead)
  const left: string[] = []
  for (const { folder } of own) left.push(...(await removeGrading(cli, project, folder)))
  return own.length > 0 ? left : removeProject(cli, project)
}

/** The projects of gradings that do not run any more: by their folders, and by what Docker has. */
export async function deadProjects({ docker }: Docker): Promise<readonly string[]> {
  const noted = await notedFolders()
  const dead = new Set(noted.filter(({ isDead }) => isDead).map(({ project }) => project))
  const format = `{{.Label "com.docker.compose.project"}}\t{{.Label "${OWNER_LABEL}"}}`
  for (const [kind, ...more] of [['container', '--all'], ['network'], ['volume']]) {
    const filter = `label=${OWNER_LABEL}`
    const lines = await docker([kind ?? '', 'ls', ...more, '--filter', filter, '--format', format])
    for (const line of lines.split('\n').filter(Boolean)) {
      const [project = '', owner = ''] = line.split('\t')
      if (project !== '' && isOwnerDead(owner)) dead.add(project)
    }
  }
  for (const { project, isDead } of noted) if (!isDead) dead.delete(project)
  return [...dead]
}
