import type { Part } from '@msctl/platform/parts'
import type { Change, PartState } from '@msctl/platform/platform'
import type { RenderContext, Rendering } from '../context.ts'

/** The platform is left as was asked for, even when nobody reads any more. */
export const goesOnUnread = true

/** `msctl start|stop|kill <part> --json`. */
export interface PartChange {
  readonly part: Part
  /** Whether there was anything to do. */
  readonly changed: boolean
  readonly state: PartState
}

/** What a command that concerns one part tells of it. */
export function partChange(part: Part, { changed, status }: Change): PartChange {
  const state = status.parts.find(({ name }) => name === part)?.state ?? 'down'
  return { part, changed: changed.includes(part), state }
}

/** The platform is up: where, and what to try. */
export function renderUp(
  { changed, status }: Change,
  { messages, terminal, self, quiet }: RenderContext,
): Rendering {
  const url = status.url ?? ''
  const result = changed.length === 0 ? messages.up.already(url) : messages.up.done(terminal.bold(url))
  const create = `${self} users create --email ann@example.com --name Ann`
  const tries = [`curl ${url}/health`, create, `${self} status`, `${self} logs --follow`]
  const hints = `${messages.up.try}\n${tries.map((line) => `  ${terminal.cyan(line)}`).join('\n')}`
  return quiet || changed.length === 0 ? { result } : { result, hints }
}

export function renderDown(
  data: Change & { readonly volumes: boolean },
  { messages }: RenderContext,
): Rendering {
  const { done, removed, already, alreadyRemoved } = messages.down
  if (data.changed.length === 0) return { result: data.volumes ? alreadyRemoved : already }
  return { result: data.volumes ? removed : done }
}

export function renderRestart(
  data: Change & { readonly part?: Part | undefined },
  { messages }: RenderContext,
): Rendering {
  return { result: data.part === undefined ? messages.restart.everything : messages.restart.part(data.part) }
}

export function renderStarted({ part, changed, state }: PartChange, { messages }: RenderContext): Rendering {
  const say = changed ? messages.change.started : messages.change.alreadyStarted
  return { result: say(part, messages.parts[state]) }
}

export function renderStopped({ part, changed }: PartChange, { messages }: RenderContext): Rendering {
  return { result: changed ? messages.change.stopped(part) : messages.change.alreadyStopped(part) }
}

export function renderKilled({ part, changed }: PartChange, { messages }: RenderContext): Rendering {
  return { result: changed ? messages.change.killed(part) : messages.change.alreadyStopped(part) }
}
