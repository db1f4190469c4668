import type { Lab } from '@msctl/scenarios'
import type { LabWorld } from '@msctl/scenarios/run-lab'
import type * as published from 'msctl/scenario'
import { expectTypeOf, test } from 'vitest'

/** Functions by what they take after the lab, which each side knows by a type of its own. */
type AfterLab<Tools> = {
  [Name in keyof Tools]: Tools[Name] extends (lab: never, ...rest: infer Rest) => infer Given
    ? (...rest: Rest) => Given
    : never
}
type Given = LabWorld['tools']
type Promised = published.Tools

test('what is published for scenarios of one’s own is what they are given', () => {
  expectTypeOf<Omit<Lab<never, { userId: number }>, 'world'>>().toExtend<
    Omit<published.Lab<{ userId: number }>, 'world'>
  >()
  expectTypeOf<Omit<LabWorld, 'tools'>>().toExtend<Omit<published.World, 'tools'>>()
  expectTypeOf<AfterLab<Pick<Given, 'createUser' | 'createOrder' | 'createPayment'>>>().toExtend<
    AfterLab<Pick<Promised, 'createUser' | 'createOrder' | 'createPayment'>>
  >()
  expectTypeOf<
    AfterLab<Pick<Given, 'stopped' | 'startService' | 'showCircuit' | 'closeCircuitAtEnd'>>
  >().toExtend<AfterLab<Pick<Promised, 'stopped' | 'startService' | 'showCircuit' | 'closeCircuitAtEnd'>>>()
  expectTypeOf<AfterLab<Pick<Given, 'readKey' | 'holdTable'>>>().toExtend<
    AfterLab<Pick<Promised, 'readKey' | 'holdTable'>>
  >()
  expectTypeOf<keyof Given>().extract<keyof Promised>().toEqualTypeOf<keyof Promised>()
})
