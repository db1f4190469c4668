import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { SERVICES, type ServiceName } from '@msctl/sdk/contract'
import { LAYER_SIGNS, LAYERS, type Layer } from './structure-layers.ts'

/** A file of the sources, by its path from their folder, with slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Where each layer of each service was found; nothing: it was not. */
export type Structure = Readonly<Record<ServiceName, Readonly<Partial<Record<Layer, string>>>>>

const SUBJECTS: Readonly<Record<ServiceName, readonly string[]>> = {
  users: ['user', 'users'],
  orders: ['order', 'orders'],
  payments: ['payment', 'payments'],
}
const CODE =
  /\.(py|ts|js|mjs|cjs|tsx|jsx|java|kt|kts|scala|groovy|go|cs|fs|rb|php|rs|ex|exs|cpp|cc|dart|swift|prisma|sql)$/i
/** Spring says in these where the database is. */
const SETTINGS = /(^|\/)(application|appsettings)[\w.-]*\.(ya?ml|properties|json)$/i
/** What others wrote, or machines, or what only tests. */
const PASSED_OVER =
  /^(node_modules|\.git|\.hg|dist|build|out|target|bin|obj|vendor|venv|env|\.venv|__pycache__|\.?tox|site-packages|\.idea|\.vscode|\.gradle|\.mvn|coverage|tests?|__tests__|spec|e2e|docs?)$/i
const TESTS = /(^test_|_test\.|\.test\.|\.spec\.|Tests?\.(java|kt|cs)$)/
/** Files that put everything together: their names say nothing of what they hold. */
const STARTERS = new Set(
  'application main app program startup server index config configuration settings test tests client'.split(
    ' ',
  ),
)
const MAX_FILES = 5_000
const MAX_BYTES = 200_000
const MAX_DEPTH = 14

/** Reads the code in a folder; links are not followed. */
export async function readSources(folder: string): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  async function walk(relative: string, depth: number): Promise<void> {
    const entries = await readdir(path.join(folder, relative), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (files.length >= MAX_FILES) return
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH && !PASSED_OVER.test(entry.name)) await walk(name, depth + 1)
      } else if (entry.isFile() && (CODE.test(name) || SETTINGS.test(name)) && !TESTS.test(entry.name)) {
        const file = path.join(folder, name)
        const { size } = await stat(file)
        files.push({ path: name, text: size > MAX_BYTES ? '' : await readFile(file, 'utf8') })
      }
    }
  }
  await walk('', 0)
  return files
}

/**
 * Finds the layers of each service. A layer is a folder or a file whose name says so, or a file that holds that layer and no other. What
 * the services share may hold their schemas and their way to the database.
 */
export function findStructure(files: readonly SourceFile[]): Structure {
  const written = files.filter(({ text }) => text.trim() !== '')
  const shared = written.filter(({ path: file }) => ownerOf(file) === undefined)
  const structure = SERVICES.map((service) => {
    const own = written.filter(({ path: file }) => ownerOf(file) === service)
    const home = homeOf(own)
    const nearest = byNearness(own, home)
    const found = LAYERS.flatMap((layer): [Layer, string][] => {
      const isShareable = (layer === 'database' || layer === 'schemas') && own.length > 0
      const place =
        findLayer(nearest, layer) ?? (isShareable ? findLayer(byNearness(shared, home), layer) : undefined)
      return place === undefined ? [] : [[layer, place]]
    })
    return [service, Object.fromEntries(found)]
  })
  return Object.fromEntries(structure) as Structure
}

/** The file in which a layer is found: one that is called so, else one that holds it and no other. */
function findLayer(files: readonly SourceFile[], layer: Layer): string | undefined {
  return (files.find((file) => isNamed(file.path, layer)) ?? files.find((file) => isOnly(file.text, layer)))
    ?.path
}

/** The folder of a service: that which is called after it and has the most layers. What else is called after it is others' view of it. */
function homeOf(own: readonly SourceFile[]): string {
  const layers = new Map<string, Set<Layer>>()
  for (const { path: file } of own) {
    const segments = file.split('/')
    const home = segments.slice(0, segments.findIndex((segment) => isOfService(segment)) + 1).join('/')
    const known = layers.get(home) ?? new Set()
    for (const layer of LAYERS) if (isNamed(file, layer)) known.add(layer)
    layers.set(home, known)
  }
  const [best] = [...layers].sort(([, one], [, other]) => other.size - one.size)
  return best?.[0] ?? ''
}

/** Those first that have most of their path in common with a folder. */
function byNearness(files: readonly SourceFile[], folder: string): SourceFile[] {
  const wanted = folder.split('/')
  const common = ({ path: file }: SourceFile) => {
    const at = file.split('/').findIndex((segment, index) => segment !== wanted[index])
    return at < 0 ? wanted.length : at
  }
  return files.toSorted((one, other) => common(other) - common(one))
}

/** Whose file that is; `undefined`: it is shared, or belongs to the gateway. */
function ownerOf(file: string): ServiceName | undefined {
  const owners = file.split('/').flatMap((segment) => {
    const said = SERVICES.filter((service) =>
      wordsOf(segment).some((word) => SUBJECTS[service].includes(word)),
    )
    return said.length === 1 ? said : []
  })
  // The outermost folder counts: the orders' client of users is the orders'.
  return owners[0]
}

/** Whether a folder or the file is called after the layer. A folder that is called after a service is no layer: `user-service`. */
function isNamed(file: string, layer: Layer): boolean {
  const segments = file.split('/')
  const name = segments.pop() ?? ''
  // A store that is the cache is not the database.
  const names = (words: readonly string[]) =>
    words.some((word) => LAYER_SIGNS[layer].words.includes(word)) &&
    !(layer === 'database' && words.some((word) => word === 'cache' || word === 'redis'))
  const outermost = segments.findIndex((segment) => isOfService(segment))
  const folders = segments.slice(outermost + 1).filter((segment) => !isOfService(segment))
  if (folders.some((folder) => names(wordsOf(folder)))) return !isSettings(name)
  const base = wordsOf(name.replace(/\.\w+$/, ''))
  return !base.some((word) => STARTERS.has(word)) && CODE.test(name) && names(base)
}

function isSettings(name: string): boolean {
  return SETTINGS.test(name)
}

function isOfService(segment: string): boolean {
  return wordsOf(segment).some((word) => Object.values(SUBJECTS).some((subjects) => subjects.includes(word)))
}

/** Whether a file holds that layer and no other: they are to be apart. */
function isOnly(text: string, layer: Layer): boolean {
  const held = LAYERS.filter((each) => LAYER_SIGNS[each].says.test(text))
  return held.length === 1 && held[0] === layer
}

/** `UserService`, `user_service`, `userservice` and `users-service` in words of lower case. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .flatMap((word) => {
      const glued =
        /^(users?|orders?|payments?)(service|services|svc|api|ms|app)$|^(service)(users?|orders?|payments?)$/.exec(
          word,
        )
      return glued === null ? [word] : glued.slice(1).filter((each) => each !== undefined)
    })
    .filter(Boolean)
}
