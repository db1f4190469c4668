import type { Lab, Sheet } from '@msctl/scenarios'
import type { LabWorld } from '@msctl/scenarios/labs'
import type * as published from 'msctl/scenario'
import { expectTypeOf, test } from 'vitest'

test('what is published for scenarios of one’s own is what they are given', () => {
  expectTypeOf<Lab<LabWorld, { userId: number }>>().toExtend<published.Lab<{ userId: number }>>()
  expectTypeOf<Sheet<LabWorld, { userId: number }>['steps'][number]['title']>().toExtend<published.Text>()
})
