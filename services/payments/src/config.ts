import { integer, probability, processConfig, storeConfig } from '@msctl/kit'
import * as z from 'zod/mini'

/** What the payments service reads from its environment. */
export const Config = z.object({
  ...processConfig(8003),
  ...storeConfig,
  /** The share of new payments that fail (contract: 0.3). */
  PAYMENT_FAILURE_RATE: probability(0.3),
  /** Makes the sequence of failures repeatable. */
  PAYMENT_SEED: z.optional(integer),
})
