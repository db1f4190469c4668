import { expect, test } from 'vitest'
import type { Action } from './command.ts'
import type { RenderContext } from './context.ts'
import { runCommand } from './run-command.ts'
import { renderingOn } from './testing/rendering.ts'

test('of an array JSON Lines has a row a line, whatever comes after', async () => {
  const action: Action<object, number[]> = {
    async *run() {
      yield [1, 2]
      yield [3]
      throw new Error('the third page')
    },
    render: () => ({ result: '' }),
    isArray: true,
  }
  const printed: string[] = []
  const sinks = { out: async (text: string) => void printed.push(text), err: () => undefined }
  const signal = new AbortController().signal
  const running = runCommand(
    action,
    {},
    {
      ...{
        json: true,
        jsonl: true,
        quiet: false,
        context: { signal } as never,
        rendering: renderingOn(),
        sinks,
      },
      beforeResult: () => undefined,
    },
  )
  await expect(running).rejects.toThrow('the third page')
  expect(printed.join('')).toBe('1\n2\n3\n')
})

test('a frame takes the place of the one before on a terminal, and of nothing elsewhere', async () => {
  const action: Action<object, string> = {
    async *run() {
      yield 'one\ntwo'
      yield 'three'
    },
    render: (result) => ({ result }),
    isRedrawn: true,
  }
  const print = async (rendering: RenderContext) => {
    const printed: string[] = []
    const sinks = { out: async (text: string) => void printed.push(text), err: () => undefined }
    const signal = new AbortController().signal
    await runCommand(
      action,
      {},
      {
        ...{ json: false, quiet: false, context: { signal } as never, rendering, sinks },
        beforeResult: () => undefined,
      },
    )
    return printed.join('')
  }
  expect(await print(renderingOn({ columns: 80, rows: 24, isTTY: true }))).toBe(
    'one\ntwo\n\u001b[2F\u001b[Jthree\n',
  )
  expect(await print(renderingOn())).toBe('one\ntwo\nthree\n')
})
