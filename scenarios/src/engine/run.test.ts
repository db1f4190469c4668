import { expect, test, vi } from 'vitest'
import { ScenarioEvent } from './events.ts'
import { runSheet } from './run.ts'
import { defineSheet, type Sheet } from './sheet.ts'

interface World {
  readonly parts: Set<string>
}

/** A sheet with one expectation, changed where a test wants something else. */
function sheet(changes: Partial<Sheet<World, { seen?: number }>> = {}): Sheet<World, { seen?: number }> {
  return defineSheet<World, { seen?: number }>({
    name: 'sample',
    title: { en: 'A sample', ru: 'Пример' },
    question: 'Why?',
    idea: 'Because.',
    parameters: { tries: { value: 5, fast: 2, reason: 'enough' } },
    expectations: { it: { title: { en: 'it is so', ru: 'это так' }, why: 'It matters.' } },
    state: () => ({}),
    steadyState: [],
    steps: [
      {
        title: 'Look',
        run: async (lab) => {
          lab.state.seen = lab.parameter('tries')
          lab.expect('it', { held: true, expected: '5', actual: String(lab.state.seen) })
        },
      },
    ],
    conclude: ({ state }) => `seen ${state.seen}`,
    ...changes,
  })
}

async function record<State>(
  of: Sheet<World, State>,
  options: { signal?: AbortSignal; fast?: boolean } = {},
) {
  const events: ScenarioEvent[] = []
  const world = { parts: new Set(['users']) }
  const result = await runSheet(of, {
    world,
    language: 'ru',
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { result, events, world, types: events.map(({ type }) => type) }
}

const inOrder: string[] = []
const stopUsers = (parts: Set<string>, takesEffect = true) => ({
  title: 'Stop users',
  apply: async () => takesEffect && parts.delete('users'),
  isEffective: async () => !parts.has('users'),
  heal: async () => {
    inOrder.push('healed')
    parts.add('users')
  },
  withinMs: 50,
})

test('tells what it does, in the language asked for, in events that are plain data', async () => {
  const { result, events, types } = await record(sheet())
  expect(result.outcome).toBe('held')
  expect(types).toEqual(['begin', 'phase', 'step', 'expectation', 'end'])
  expect(events[0]).toMatchObject({
    scenario: 'sample',
    title: 'Пример',
    parameters: [{ name: 'tries', value: 5 }],
  })
  expect(events.at(-1)).toMatchObject({ outcome: 'held', held: 1, notHeld: [], conclusion: 'seen 5' })
  expect(events.map((event) => ScenarioEvent.parse(JSON.parse(JSON.stringify(event))))).toEqual(events)
})

test('takes the fast parameters when told to', async () => {
  expect((await record(sheet(), { fast: true })).events.at(-1)).toMatchObject({ conclusion: 'seen 2' })
})

test('goes on after an expectation that does not hold, and says which it was', async () => {
  const { result, events } = await record(
    sheet({
      steps: [
        { title: 'One', run: async (lab) => lab.expect('it', { held: false, expected: 'a', actual: 'b' }) },
        { title: 'Two', run: async (lab) => lab.expect('it', { held: true, expected: 'a', actual: 'a' }) },
      ],
    }),
  )
  expect(result.outcome).toBe('not-held')
  expect(result.findings.it).toEqual({ held: false, expected: 'a', actual: 'b' })
  expect(events.at(-1)).toMatchObject({ notHeld: ['it'], held: 0 })
})

test('tries nothing when the steady state is not there', async () => {
  const { result, types } = await record(
    sheet({
      steadyState: [
        { title: 'Up?', run: async (lab) => lab.require({ held: false, expected: 'Up.', actual: 'Down.' }) },
      ],
    }),
  )
  expect(result.outcome).toBe('not-ready')
  expect(types).toEqual(['begin', 'phase', 'step', 'failure', 'end'])
})

test('puts everything back in reverse order, even when a step and a clean-up fail', async () => {
  inOrder.length = 0
  const { result, events, world } = await record(
    sheet({
      steps: [
        {
          title: 'Break',
          run: async (lab) => {
            await lab.inject(stopUsers(lab.world.parts))
            lab.cleanUp('Fails', async () => {
              inOrder.push('failed')
              throw new Error('no')
            })
            lab.cleanUp('First', async () => inOrder.push('first'))
            throw new TypeError('the step')
          },
        },
      ],
    }),
  )
  expect(inOrder).toEqual(['first', 'failed', 'healed'])
  expect(world.parts).toEqual(new Set(['users']))
  expect(result.outcome).toBe('failed')
  expect(events.filter(({ type }) => type === 'failure')).toMatchObject([
    { phase: 'steps', step: 'Break', message: 'the step' },
    { phase: 'clean-up', step: 'Fails', message: 'no' },
  ])
  expect(events.at(-1)).toMatchObject({ outcome: 'failed', open: ['it'] })
})

test('concludes nothing from a fault that has no effect, and heals it all the same', async () => {
  inOrder.length = 0
  const { result, events } = await record(
    sheet({ steps: [{ title: 'Break', run: (lab) => lab.inject(stopUsers(lab.world.parts, false)) }] }),
  )
  expect(result.outcome).toBe('inconclusive')
  expect(events.find(({ type }) => type === 'failure')).toMatchObject({ code: 'fault-without-effect' })
  expect(inOrder).toEqual(['healed'])
})

test('an interrupt ends a wait at once, and the clean-up still runs', async () => {
  inOrder.length = 0
  const controller = new AbortController()
  const { result, types } = await record(
    sheet({
      steps: [
        {
          title: 'Wait',
          run: async (lab) => {
            await lab.inject(stopUsers(lab.world.parts))
            setTimeout(() => controller.abort(), 10)
            await lab.waitFor('never', async () => undefined, { withinMs: 60_000 })
          },
        },
      ],
    }),
    { signal: controller.signal },
  )
  expect(result.outcome).toBe('interrupted')
  expect(inOrder).toEqual(['healed'])
  expect(types.at(-1)).toBe('end')
})

test('a clean-up may wait, also after an interrupt', async () => {
  const controller = new AbortController()
  let looks = 0
  const { result } = await record(
    sheet({
      steps: [
        {
          title: 'Note',
          run: async (lab) => {
            lab.cleanUp('Wait', () =>
              lab.waitFor('third look', async () => (++looks >= 3 ? true : undefined), {
                withinMs: 5_000,
                everyMs: 1,
              }),
            )
            controller.abort()
          },
        },
      ],
    }),
    { signal: controller.signal },
  )
  expect(result).toMatchObject({ outcome: 'interrupted', failures: [] })
  expect(looks).toBe(3)
})

test('a wait that comes to nothing fails the step', async () => {
  const { result } = await record(
    sheet({
      steps: [
        {
          title: 'Wait',
          run: async (lab) => {
            await lab.waitFor('never', async () => undefined, { withinMs: 20, everyMs: 5 })
          },
        },
      ],
    }),
  )
  expect(result).toMatchObject({
    outcome: 'inconclusive',
    failures: [{ phase: 'steps', error: { code: 'deadline' } }],
  })
})

test('a sheet that settles what it does not declare is wrong', async () => {
  const { result } = await record(
    sheet({
      steps: [
        { title: 'Typo', run: async (lab) => lab.expect('if', { held: true, expected: '', actual: '' }) },
      ],
    }),
  )
  expect(result.failures).toMatchObject([{ error: { code: 'sheet' } }])
})

test('a wall clock that is set meanwhile moves no deadline', async () => {
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now)
  let looks = 0
  const set = (byMs: number) => clock.mockReturnValue(now + byMs)
  const { result, events } = await record(
    sheet({
      steps: [
        {
          title: 'Forward',
          run: async (lab) => {
            set(3_600_000)
            const look = async () => (++looks === 3 ? true : undefined)
            await lab.waitFor('the third look', look, { withinMs: 20_000, everyMs: 1 })
          },
        },
        {
          title: 'Back',
          run: async (lab) => {
            set(-3_600_000)
            await lab.waitFor('never', async () => undefined, { withinMs: 20, everyMs: 5 })
          },
        },
      ],
    }),
  )
  expect(result.failures).toMatchObject([
    { error: { code: 'deadline', message: expect.stringContaining('never') } },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'end', tookMs: expect.any(Number) })
  for (const { at } of events) expect(Math.abs(at - now)).toBeLessThan(60_000)
})

const step = (run: (lab: Parameters<ReturnType<typeof sheet>['steps'][number]['run']>[0]) => void) => ({
  title: 'Look',
  run: async (lab: Parameters<typeof run>[0]) => run(lab),
})
const finding = (held: boolean) => ({ held, expected: '1', actual: '2' })

test('what cannot be shown is neither held nor failed, and says why', async () => {
  const open = step((lab) => lab.leaveOpen('it', 'too busy'))
  const { result, events } = await record(sheet({ steps: [open] }))
  expect(result).toMatchObject({ outcome: 'inconclusive', failures: [] })
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'left-open', id: 'it', title: 'это так', reason: 'too busy' }),
  )
  expect(events.at(-1)).toMatchObject({ held: 0, notHeld: [], open: ['it'] })
  for (const event of events) expect(() => ScenarioEvent.parse(event)).not.toThrow()
})

test('what is refuted stays so, and what is shown once and not again is open', async () => {
  const order = async (...steps: ((lab: Parameters<Parameters<typeof step>[0]>[0]) => void)[]) =>
    (await record(sheet({ steps: steps.map(step) }))).result.outcome
  const [refute, show, leave] = [false, true, undefined].map(
    (held) => (lab: Parameters<Parameters<typeof step>[0]>[0]) =>
      held === undefined ? lab.leaveOpen('it', 'busy') : lab.expect('it', finding(held)),
  ) as [never, never, never]
  expect(await order(refute, leave)).toBe('not-held')
  expect(await order(leave, refute)).toBe('not-held')
  expect(await order(show, leave)).toBe('inconclusive')
})

test('a mistake in the sheet is a failure wherever it is made, with its place', async () => {
  const mistake = () => (undefined as unknown as { name: string }).name
  const wrong: Partial<ReturnType<typeof sheet>>[] = [
    { state: () => ({ seen: mistake().length }) },
    { steadyState: [step(mistake)] },
    { steps: [step(mistake)] },
    { conclude: mistake },
  ]
  for (const changes of wrong) {
    const events: ScenarioEvent[] = []
    const { outcome } = await runSheet(sheet(changes), {
      world: { parts: new Set<string>() },
      onEvent: (event) => events.push(event),
      placeOf: () => 'mine.ts:3',
    })
    expect(outcome).toBe('failed')
    expect(events.find(({ type }) => type === 'failure')).toMatchObject({
      message: expect.stringContaining("reading 'name'"),
      place: 'mine.ts:3',
    })
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'failed' })
  }
})
