import { processConfig, storeConfig } from '@msctl/kit'
import * as z from 'zod/mini'

/** What the orders service reads from its environment. */
export const Config = z.object({ ...processConfig(8002), ...storeConfig })
