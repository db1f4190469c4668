import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Failure } from '../failure.ts'
import { createKeyboard } from './keyboard.ts'

function sit(isTTY: boolean) {
  const stdin = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream & PassThrough
  const output = new PassThrough()
  const { signal } = new AbortController()
  const interrupted = () => new Failure('interrupted', {})
  return {
    stdin,
    output,
    keyboard: createKeyboard({ stdin: () => stdin, output, isTerminal: true, signal, interrupted }),
  }
}

test('an impatient Enter at a terminal answers nothing that is asked later', async () => {
  const { stdin, keyboard } = sit(true)
  keyboard.ignoreUntilAsked()
  stdin.write('\n\n')
  await nextTurn()
  let isOver = false
  const waiting = keyboard.waitForLine().then(() => (isOver = true))
  await nextTurn()
  expect(isOver).toBe(false)
  stdin.write('\n')
  await waiting
  // The same after the first answer.
  stdin.write('\n')
  await nextTurn()
  const again = keyboard.waitForLine().then(() => 'over')
  expect(await Promise.race([again, nextTurn('waits')])).toBe('waits')
})

test('from a pipe, what was written before counts', async () => {
  const { stdin, keyboard } = sit(false)
  keyboard.ignoreUntilAsked()
  stdin.write('\n')
  await nextTurn()
  await keyboard.waitForLine()
})

test('a question is answered by a line, and not by the end of the input', async () => {
  const { stdin, output, keyboard } = sit(true)
  const asked = keyboard.ask('Name: ')
  stdin.write(' Ann \n')
  expect(await asked).toBe('Ann')
  expect(String(output.read())).toBe('Name: ')
  const unanswered = keyboard.ask('Name: ')
  stdin.end()
  await expect(unanswered).rejects.toMatchObject({ code: 'interrupted' })
})
