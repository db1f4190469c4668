import { expect, test } from 'vitest'
import { removeProject } from './remove-project.ts'

test('what Docker refuses to remove is told to it again, and then left with a note', async () => {
  const asked: string[] = []
  const docker = async (args: readonly string[]) => {
    const [noun, verb] = args
    if (verb === 'ls' && noun === 'image') return 'one/web:latest\ntwo/web:latest\n'
    if (verb !== 'rm') return ''
    asked.push(args.join(' '))
    if (args.at(-1) === 'two/web:latest' || asked.length === 1) throw new Error('unrecognized image ID')
    return ''
  }
  expect(await removeProject({ docker }, 'p')).toEqual([
    'docker image rm --force two/web:latest: unrecognized image ID',
  ])
  expect(asked.sort()).toEqual(
    ['one', 'one', 'two', 'two'].map((name) => `image rm --force ${name}/web:latest`),
  )
})
