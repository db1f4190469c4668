import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { releasePort, reservePort } from './reserved-ports.ts'

/** Chance that gives these, one after the other. */
const inTurn = (...values: number[]) => {
  const left = values[Symbol.iterator]()
  return () => left.next().value ?? Math.random()
}

test('a reserved port is given to nobody else, in this process or in another, until it is released', async () => {
  const chance = Math.random()
  const port = await reservePort(inTurn(chance))
  onTestFinished(() => releasePort(port))

  const second = await reservePort(inTurn(chance))
  onTestFinished(() => releasePort(second))
  expect(second).not.toBe(port)

  const file = path.join(import.meta.dirname, 'reserved-ports.ts')
  const program = `
    let calls = 0
    const { reservePort } = await import(${JSON.stringify(file)})
    console.log(await reservePort(() => (calls++ === 0 ? ${chance} : Math.random())))`
  const typescript = path.resolve('test/torture/typescript.mjs')
  const args = [
    '--conditions=@msctl/source',
    '--import',
    typescript,
    '--input-type=module',
    '--eval',
    program,
  ]
  if (process.platform === 'linux') expect(Number(execFileSync(process.execPath, args))).not.toBe(port)

  releasePort(port)
  expect(await reservePort(inTurn(chance))).toBe(port)
})
