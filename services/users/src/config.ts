import { processConfig, storeConfig } from '@msctl/kit'
import * as z from 'zod/mini'

/** What the users service reads from its environment. */
export const Config = z.object({ ...processConfig(8001), ...storeConfig })
