import { EXPERIMENTS } from '@msctl/grader/checks/index'
import { REPORT_FORMATS } from '@msctl/grader/reports/formats'
import { PARTS } from '@msctl/platform/parts'
import { LABS } from '@msctl/scenarios/sheets'
import { SERVICES } from '@msctl/sdk/contract'

/** What a shell offers where the menu lists no choices: files, these words, or nothing. */
export type Offer = 'files' | readonly string[]

const checks = EXPERIMENTS.flatMap(({ sheet }) => Object.keys(sheet.expectations))
/** A criterion stands for all of its checks. */
const criteria = [...new Set(checks.map((id) => id.split('.', 1)[0] ?? id))]

/** By what stands for an argument in the help. */
const OF_ARGUMENTS: Readonly<Record<string, Offer>> = {
  ...{ part: PARTS, service: SERVICES, name: LABS.map(({ name }) => name) },
  ...{ file: 'files', shards: 'files', submissions: 'files' },
}

/** By what stands for the value of an option in the help. */
const OF_OPTIONS: Readonly<Record<string, Offer>> = {
  ...{ file: 'files', folder: 'files', program: 'files' },
  ids: [...criteria, ...checks],
  formats: REPORT_FORMATS,
  // What follows is a file, without a space.
  'format=file': REPORT_FORMATS.map((format) => `${format}=`),
}

/** @param name such as `part`. */
export const offerOfArgument = (name: string): Offer => OF_ARGUMENTS[name] ?? []

/** @param flags such as `--source <folder>`. */
export const offerOfOption = (flags: string): Offer => OF_OPTIONS[/<(.+)>/.exec(flags)?.[1] ?? ''] ?? []
