import { setImmediate as turn } from 'node:timers/promises'
import type { Control } from '@msctl/platform/control'
import { describe, expect, test } from 'vitest'
import { recordControl } from './record-control.ts'
import { createRecorder } from './recorder.ts'

/** A control whose works end when they are told to. */
function slowControl(isConcurrent?: boolean) {
  const under = new Map<string, (how: { readonly fails: boolean }) => void>()
  const begin = (work: string) =>
    new Promise<string>((resolve, reject) => {
      under.set(work, ({ fails }) => {
        under.delete(work)
        if (fails) reject(new Error('no'))
        else resolve('')
      })
    })
  const slow: Control = {
    stop: (part) => begin(`stop ${part}`),
    start: (part) => begin(`start ${part}`),
    restart: () => begin('restart'),
    ...(isConcurrent !== undefined && { isConcurrent }),
  }
  const control = recordControl(slow, { recorder: createRecorder(), duringRestart: (work) => work() })
  return {
    control,
    underWay: async () => {
      await turn()
      return [...under.keys()]
    },
    end: (work: string) => under.get(work)?.({ fails: false }),
    fail: (work: string) => under.get(work)?.({ fails: true }),
  }
}

describe('the control of a grader', () => {
  test('do one thing at a time where nobody said that they can do more', async () => {
    const { control, underWay, end } = slowControl()
    const all = Promise.all([control.stop('users'), control.stop('orders'), control.start('users')])
    expect(await underWay()).toEqual(['stop users'])
    end('stop users')
    expect(await underWay()).toEqual(['stop orders'])
    end('stop orders')
    expect(await underWay()).toEqual(['start users'])
    end('start users')
    await all
  })

  test('do one thing for each part where they can do several, and a restart alone', async () => {
    const { control, underWay, end } = slowControl(true)
    const all = Promise.all([
      control.stop('users'),
      control.stop('orders'),
      control.start('users'),
      control.restart(),
      control.stop('payments'),
    ])
    expect(await underWay()).toEqual(['stop users', 'stop orders'])
    end('stop users')
    expect(await underWay()).toEqual(['stop orders', 'start users'])
    end('start users')
    expect(await underWay()).toEqual(['stop orders'])
    end('stop orders')
    expect(await underWay()).toEqual(['restart'])
    end('restart')
    expect(await underWay()).toEqual(['stop payments'])
    end('stop payments')
    await all
  })

  test('go on after what they could not do, and say what that was', async () => {
    const { control, underWay, end, fail } = slowControl(true)
    const failing = expect(control.stop('users')).rejects.toMatchObject({
      code: 'control',
      message: '`stop users`: no',
    })
    const restarting = control.restart()
    await underWay()
    fail('stop users')
    await failing
    expect(await underWay()).toEqual(['restart'])
    end('restart')
    await restarting
  })
})
