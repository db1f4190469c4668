// Tries hard to break the promises of the platform, and says what it did and found:
//
//   npm run torture [-- --only NAME]… [--seed N]
//
// Exits with 1 when a promise was broken.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { badInput } from './bad-input/bad-input.ts'
import { breaker } from './breaker/breaker.ts'
import { coherence } from './coherence/coherence.ts'
import { durability } from './durability/durability.ts'
import { overload } from './overload/overload.ts'
import { createRandom } from './random.ts'
import { endScopes, scope } from './scope.ts'
import { soak } from './soak/soak.ts'
import type { Findings, Torture } from './torture.ts'

const TORTURES: readonly Torture[] = [coherence, durability, breaker, badInput, overload, soak]

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const print = (line = '') => process.stdout.write(`${line}\n`)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const unknown = values.only?.filter((name) => !TORTURES.some((torture) => torture.name === name)) ?? []
if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
  print(
    `Usage: npm run torture -- [--only ${TORTURES.map(({ name }) => name).join('|')}]… [--seed N] [--keep]`,
  )
  process.exit(2)
}

async function run({ name, promise, run: torture }: Torture): Promise<Findings> {
  const dir = await mkdtemp(path.join(tmpdir(), `msctl-torture-${name}-`))
  await chmod(dir, 0o711) // as root, the stores run as somebody who has to pass through
  const startedAt = performance.now()
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s`
  print(`\n${name}: ${promise}`)
  const findings = await scope((onEnd) =>
    torture({
      random: createRandom(seed).fork(name),
      dir,
      onEnd,
      say: (line) => print(`${seconds()}  ${line}`),
    }),
  )
  for (const [figure, value] of Object.entries(findings.figures)) print(`        ${figure}: ${value}`)
  for (const violation of findings.violations.slice(0, 10)) print(`  BROKEN: ${violation}`)
  print(`${seconds()}  ${findings.violations.length} violations`)
  if (values.keep || findings.violations.length > 0) print(`        logs: ${dir}`)
  else await rm(dir, { recursive: true, force: true })
  return findings
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => endScopes().finally(() => process.exit(130)))
}

print(`Seed ${seed}`)
let violations = 0
for (const torture of TORTURES) {
  if (values.only !== undefined && !values.only.includes(torture.name)) continue
  violations += (await run(torture)).violations.length
}
print(
  violations === 0 ? '\nEvery promise held.' : `\n${violations} violations. Repeat them with --seed ${seed}.`,
)
process.exitCode = violations === 0 ? 0 : 1
