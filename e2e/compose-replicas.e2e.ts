// The coherence torture in its short form, on the project's own docker-compose.yml with two replicas of each service:
// containers are killed and paused, and so is Redis, which also forgets everything and refuses writes.
import { expect, test } from 'vitest'
import { PACE } from '../test/torture/coherence/coherence.ts'
import { startComposeWorld } from '../test/torture/coherence/compose-world.ts'
import { strikeLanes } from '../test/torture/coherence/faults.ts'
import { runRound } from '../test/torture/coherence/round.ts'
import { shortForm } from '../test/torture/short-form.ts'

test('with two replicas of each service behind the gateway no read gives what was there before a change', async () => {
  const { random, onEnd } = await shortForm()
  const { world, select } = await startComposeWorld({ replicas: 2, onEnd })
  for (const lanes of [['redis'], ['processes'], ['redis', 'processes']] as const) {
    const chance = random.fork(lanes.join())
    const round = await runRound({
      ...{ world, select, objects: 2, pace: PACE, random: chance, name: lanes.join('-') },
      strike: () => strikeLanes({ world, lanes, durationMs: 12_000, random: chance }),
    })
    const faults = round.faults.map(({ what }) => what).join('; ')
    process.stdout.write(
      `${round.operations} operations, reads ${JSON.stringify(round.reads)}, ${round.unknown} changes unanswered; ${faults}\n`,
    )
    expect(round.violations).toEqual([])
    expect(round.reads.HIT).toBeGreaterThan(100)
  }
})
