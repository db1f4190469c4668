import type { Language } from '@msctl/scenarios'
import type { RenderContext } from '../context.ts'
import { describeTerminal, type StreamTraits } from '../print/terminal.ts'

/** What a renderer is given: no colours, and no terminal unless the stream is one. */
export function renderingOn(stream: StreamTraits = {}, language: Language = 'en'): RenderContext {
  return {
    ...{ language, quiet: false, verbose: false, now: 0, self: 'msctl' },
    terminal: describeTerminal({ columns: 80, ...stream }, { NO_COLOR: '1' }),
  }
}
