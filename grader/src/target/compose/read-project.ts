import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { runProcess } from '@msctl/platform/run-process'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { Failure } from '../../failure.ts'
import { errorLines } from '../error-lines.ts'
import { type ComposeFile, parseComposeFile } from './compose-file.ts'
import { isWithin } from './isolate.ts'

/** A Compose file as it was handed in, and as Compose understands it. */
export interface ReadProject {
  /** With its override beside it, if Compose would take that, too. */
  readonly files: readonly string[]
  /** `undefined`: Compose does not understand it, and `problem` says why. */
  readonly config: ComposeFile | undefined
  readonly problem: readonly string[]
  /** Variables whose secret stands in the file itself, by service. */
  readonly openSecrets: Readonly<Record<string, readonly string[]>>
}

/** The names that Compose itself looks for, in its order. */
export const COMPOSE_FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
] as const

const CONFIG_TIMEOUT_MS = 30_000
const EnvFiles = z.union([z.string(), z.array(z.union([z.string(), z.looseObject({ path: z.string() })]))])
const Raw = z.looseObject({
  services: z.optional(
    z.nullable(
      z.record(
        z.string(),
        z.nullable(
          z.looseObject({
            env_file: z.optional(EnvFiles),
            extends: z.optional(z.union([z.string(), z.looseObject({ file: z.optional(z.string()) })])),
            environment: z.optional(z.unknown()),
          }),
        ),
      ),
    ),
  ),
  include: z.optional(z.array(z.union([z.string(), z.looseObject({ path: z.optional(z.unknown()) })]))),
})

/**
 * Has Compose itself read a file.
 *
 * @param command What runs Compose.
 * @param env Without anything that a submission has no business to see.
 * @throws Failure `compose-refused` when it takes in what lies outside the submission; `interrupted`.
 */
export async function readProject(options: {
  readonly file: string
  readonly root: string
  readonly project: string
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
}): Promise<ReadProject> {
  const { file, root, project, command, env, signal } = options
  const folder = path.dirname(file)
  const files = [file, ...overrideOf(file)]
  const openSecrets: Record<string, string[]> = {}
  for (const each of files) {
    let raw: z.infer<typeof Raw>
    try {
      raw = z.parse(Raw, parse(await readFile(each, 'utf8'), { merge: true, maxAliasCount: 1_000 }) ?? {})
    } catch (error) {
      const problem = `${path.basename(each)}: ${(error as Error).message}`
        .split('\n')
        .filter(Boolean)
        .slice(0, 4)
      return { files, config: undefined, problem, openSecrets }
    }
    for (const [name, service] of Object.entries(raw.services ?? {})) {
      if (service === null) continue
      openSecrets[name] = [...(openSecrets[name] ?? []), ...secretsIn(service.environment)]
      const extended = typeof service.extends === 'object' ? service.extends.file : undefined
      for (const taken of [...envFiles(service.env_file), ...(extended === undefined ? [] : [extended])]) {
        if (!isWithin(root, path.resolve(folder, taken)))
          throw new Failure('compose-refused', {
            service: name,
            reason: `it reads ${taken}, outside the submission`,
          })
      }
    }
    for (const included of raw.include ?? []) {
      const taken = [typeof included === 'string' ? included : included.path].flat()
      if (taken.some((one) => typeof one !== 'string' || !isWithin(root, path.resolve(folder, one))))
        throw new Failure('compose-refused', {
          service: 'include',
          reason: 'it includes what lies outside the submission',
        })
    }
  }

  const [program = 'docker', ...first] = command
  const args = [...first, ...files.flatMap((each) => ['-f', each]), '-p', project, 'config']
  const { isDone, stdout, stderr, reason } = await runProcess(program, args, {
    ...{ cwd: folder, env, signal, timeoutMs: CONFIG_TIMEOUT_MS },
  })
  const unusable = (problem: readonly string[]): ReadProject => ({
    ...{ files, config: undefined, openSecrets },
    problem: [...problem, ...exampleBeside(folder, problem)],
  })
  if (!isDone) return unusable(errorLines((stderr || reason).split('\n')))
  try {
    return { files, config: parseComposeFile(stdout), problem: [], openSecrets }
  } catch (error) {
    return unusable([error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message])
  }
}

/** A file of variables that is missing is often there as an example. */
function exampleBeside(folder: string, problem: readonly string[]): readonly string[] {
  const examples = ['.env.example', '.env.sample', '.env.template'].filter((name) =>
    existsSync(path.join(folder, name)),
  )
  const isMissing = problem.some((line) => /\.env\b/.test(line))
  return isMissing
    ? examples.map((name) => `There is a ${name}: copy it to .env, and hand that in as well.`)
    : []
}

/** What Compose takes besides a file of a usual name. */
function overrideOf(file: string): string[] {
  const { dir, name, ext } = path.parse(file)
  if (!(COMPOSE_FILES as readonly string[]).includes(path.basename(file))) return []
  const override = ['.yml', '.yaml'].map((each) => path.join(dir, `${name}.override${each}`)).find(existsSync)
  return override === undefined || ext === '' ? [] : [override]
}

function envFiles(given: z.infer<typeof EnvFiles> | undefined): string[] {
  return [given ?? []].flat().map((each) => (typeof each === 'string' ? each : each.path))
}

const SECRET_NAME = /PASS(WORD|WD|PHRASE)?$|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY/i
const ADDRESS_WITH_PASSWORD = /:\/\/[^:@/\s]+:([^@/\s]+)@/

/** The variables whose value is a secret that is written out: not one that comes from outside, as `${PASSWORD}` does. */
function secretsIn(environment: unknown): string[] {
  const entries: [string, unknown][] = Array.isArray(environment)
    ? environment
        .map(String)
        .filter((line) => line.includes('=')) // others are only passed on
        .map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)])
    : Object.entries((environment as Record<string, unknown> | null | undefined) ?? {})
  const isLiteral = (text: string) => text !== '' && !/(^|[^$])\$(\w|\{)/.test(text)
  return entries
    .filter(([name, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') return false
      const password = ADDRESS_WITH_PASSWORD.exec(String(value))?.[1]
      return password === undefined ? SECRET_NAME.test(name) && isLiteral(String(value)) : isLiteral(password)
    })
    .map(([name]) => name)
}
