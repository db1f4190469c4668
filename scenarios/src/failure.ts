import { CodedError, type PlatformFailures } from '@msctl/platform/failure'

/** What can go wrong with a scenario by itself, in a way that can be explained, with the facts that the explanation needs. */
export interface ScenarioFailures extends Pick<PlatformFailures, 'folder-unusable'> {
  'scenario-unreadable': {
    readonly file: string
    readonly line?: number | undefined
    readonly reason: string
  }
  'journal-unreadable': { readonly file: string; readonly reason: string }
}

/** An error of this package that can be explained; what goes wrong within a run is a {@link LabError}. */
export class Failure<C extends keyof ScenarioFailures = keyof ScenarioFailures> extends CodedError<
  C,
  ScenarioFailures[C]
> {}
