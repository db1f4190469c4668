import { CodedError } from '@msctl/platform/failure'

/** Everything that can keep something from being graded in a way that can be explained, with the facts that the explanation needs. */
export interface GraderFailures {
  /** Which service of somebody's Compose file is that part? With `given`: the one named by `--map` is not there. */
  'compose-map': {
    readonly role: string
    readonly candidates: readonly string[]
    readonly given?: string | undefined
  }
  /** What an option or an argument names is not there, or is something else. */
  'input-unusable': {
    readonly name: string
    readonly path: string
    readonly reason: 'missing' | 'no-folder' | 'no-program'
  }
  'compose-file-missing': { readonly file: string }
  /** Docker or Compose failed, and not the submission. */
  'docker-failed': { readonly command: string; readonly output: readonly string[] }
  /** Nothing answered in time, and this machine has too much to do to tell why. */
  'machine-busy': { readonly seconds: number; readonly missing: readonly string[] }
  /** A folder in which there is nothing to grade. */
  'no-submissions': { readonly folder: string }
  /** A submission that would reach out of its containers. */
  'compose-refused': { readonly service: string; readonly reason: string }
  'report-unwritable': { readonly file: string; readonly reason: string }
  'report-unreadable': { readonly file: string; readonly reason: string }
  'grades-unreadable': { readonly file: string; readonly reason: string }
  'grades-overlap': { readonly id: string; readonly shards: readonly string[] }
  /** More points than a criterion has were given by hand. */
  'too-many-points': { readonly criterion: string; readonly points: number; readonly maxPoints: number }
  /** What `--only` or `--skip` names and nobody knows. */
  'unknown-check': { readonly given: string; readonly known: readonly string[] }
  'rubric-unusable': { readonly file: string; readonly reason: string }
}

/** The one error of this package. */
export class Failure<C extends keyof GraderFailures = keyof GraderFailures> extends CodedError<
  C,
  GraderFailures[C]
> {}
