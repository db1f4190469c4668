import type { ScenarioEvent } from '@msctl/scenarios'
import type { Advice, CheckResult } from './report.ts'

/** What happens while something is graded, for whoever shows it. */
export type GradingEvent =
  /** First of all: how much there is to do. */
  | {
      readonly type: 'begin'
      readonly url: string
      /** Checks that will be asked, advice included. */
      readonly checks: number
      /** How long it should take at the most, in milliseconds. */
      readonly expectedMs: number
      /** From 1; more than one with `--repeat`. */
      readonly attempt: number
      readonly attempts: number
    }
  /** An experiment begins or ends. */
  | {
      readonly type: 'experiment'
      readonly name: string
      readonly title: string
      readonly state: 'begun' | 'ended'
      readonly expectedMs: number
    }
  /** A moment of an experiment. */
  | { readonly type: 'moment'; readonly experiment: string; readonly moment: ScenarioEvent }
  /** A verdict that stands. */
  | { readonly type: 'check'; readonly result: CheckResult }
  | { readonly type: 'advice'; readonly result: Advice }
  /** Something that whoever grades should know, and that is nobody's failure: an object that could not be deleted. */
  | { readonly type: 'note'; readonly text: string }
