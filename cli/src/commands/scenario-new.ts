import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { scenarioTemplate } from '@msctl/scenarios/sheet-template'
import type { Context, RenderContext, Rendering } from '../context.ts'
import { Failure } from '../failure.ts'
import { shellWord } from '../output/shell-word.ts'

/** `msctl scenario new --json`. */
export interface NewScenario {
  readonly file: string
}

const DEFAULT_NAME = 'my-scenario'
const EXTENSION = /\.(ts|mts|mjs|js)$/

/**
 * `msctl scenario new [name]`: a commented scenario that runs as it is.
 *
 * @throws Failure `file-exists`, `folder-unusable`.
 */
export async function run(
  { name = DEFAULT_NAME }: { readonly name?: string | undefined },
  { language }: Context,
): Promise<NewScenario> {
  const file = EXTENSION.test(name) ? name : `${name}.ts`
  const slug = path
    .basename(file)
    .replace(EXTENSION, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const text = scenarioTemplate({
    name: slug.replace(/^-|-$/g, '') || DEFAULT_NAME,
    isTyped: /ts$/.test(file),
    language,
  })
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Failure('file-exists', { file }, { cause: error })
    throw new Failure(
      'folder-unusable',
      { folder: path.dirname(path.resolve(file)), reason: (error as Error).message },
      { cause: error },
    )
  }
  return { file }
}

export function render({ file }: NewScenario, { messages, terminal, self }: RenderContext): Rendering {
  const given = /[/\\]/.test(file) ? file : `./${file}`
  return {
    result: messages.scenario.written(file),
    hints: messages.scenario.tryNew(terminal.cyan(`${self} scenario run ${shellWord(given)}`)),
  }
}
