import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import path from 'node:path'
import { Script } from 'node:vm'

/** What Node has for it from 22.8 on. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void }

/** What a bundle begins with that has an `import()` of its own (build.mjs). */
const LOADS_MODULES = '/* loads modules */'

interface CompilesModules {
  _compile(this: NodeJS.Module, content: string, file: string, ...rest: unknown[]): unknown
}

/**
 * Keeps the compiled code of the bundles, which takes a third off what a command that calls the platform costs to start.
 * Before Node had this by itself, the compiled code is kept beside the bundles, if one may write there.
 *
 * @param folder Where the bundles are.
 */
export function cacheCompiledCode(folder: string): void {
  if (enableCompileCache !== undefined) {
    enableCompileCache()
    return
  }
  const cache = path.join(folder, '.compiled', `${process.version}-${process.arch}`)
  const fresh = new Map<string, Script>()
  const prototype = nodeModule.Module.prototype as unknown as CompilesModules
  const { _compile: compile } = prototype
  prototype._compile = function (content, file, ...rest) {
    // In code that was kept, `import()` does not work.
    const isOurs = path.dirname(file) === folder && !content.startsWith(LOADS_MODULES)
    if (!isOurs) return compile.call(this, content, file, ...rest)
    const { size, mtimeMs } = statSync(file)
    const kept = path.join(cache, `${path.basename(file)}-${size}-${Math.round(mtimeMs)}`)
    const script = new Script(nodeModule.Module.wrap(content), {
      filename: file,
      cachedData: tryRead(kept),
    })
    // `undefined`: nothing was kept; `true`: it is of another V8, or of other flags.
    if (script.cachedDataRejected !== false) fresh.set(kept, script)
    const require = nodeModule.createRequire(file)
    return script.runInThisContext().call(this.exports, this.exports, require, this, file, folder)
  }
  // Not before: only functions that have run are in it.
  process.once('exit', () => keep(cache, fresh))
}

function tryRead(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined // the first time, or it is not for us to read
  }
}

function keep(folder: string, scripts: ReadonlyMap<string, Script>): void {
  if (scripts.size === 0) return
  try {
    mkdirSync(folder, { recursive: true })
    for (const [file, script] of scripts) {
      const partial = `${file}.${process.pid}`
      writeFileSync(partial, script.createCachedData())
      renameSync(partial, file) // all of it or nothing, whoever else does it too
    }
  } catch {
    // Without it, the next start takes as long as this one.
  }
}
