import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod/mini'
import { ScenarioEvent } from './engine/index.ts'
import { Failure } from './failure.ts'

/** How many journals are kept where nobody has chosen a file. */
const KEPT = 50
const EXTENSION = '.ndjson'

/** The record of a run: a line an event. */
export interface Journal {
  readonly file: string
  /** Written at once, so that the record is complete however the run ends. */
  add(event: ScenarioEvent): void
}

/** A journal in a file of its own below the state folder, with the oldest ones removed. @throws Failure `folder-unusable`. */
export function openJournal(stateFolder: string, scenario: string, now = new Date()): Journal {
  const folder = path.join(stateFolder, 'journals')
  try {
    mkdirSync(folder, { recursive: true })
    const old = readdirSync(folder)
      .filter((name) => name.endsWith(EXTENSION))
      .sort()
      .slice(0, 1 - KEPT)
    for (const name of old) rmSync(path.join(folder, name), { force: true })
  } catch (error) {
    throw new Failure('folder-unusable', { folder, reason: (error as Error).message }, { cause: error })
  }
  const time = now.toISOString().replace(/[:.]/g, '-').replace(/Z$/, '')
  return openJournalAt(path.join(folder, `${time}-${scenario}${EXTENSION}`))
}

/** A journal in this file, from its beginning. @throws Failure `folder-unusable`. */
export function openJournalAt(file: string): Journal {
  try {
    writeFileSync(file, '')
  } catch (error) {
    const folder = path.dirname(file)
    throw new Failure('folder-unusable', { folder, reason: (error as Error).message }, { cause: error })
  }
  return { file, add: (event) => appendFileSync(file, `${JSON.stringify(event)}\n`) }
}

/** The events of a journal. @throws Failure `journal-unreadable`. */
export function readJournal(file: string): ScenarioEvent[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => z.parse(ScenarioEvent, JSON.parse(line)))
  } catch (error) {
    const reason = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message
    throw new Failure('journal-unreadable', { file, reason: reason.replaceAll('\n', ' ') }, { cause: error })
  }
}
