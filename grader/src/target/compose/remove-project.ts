import { setTimeout as delay } from 'node:timers/promises'
import type { ComposeCli } from '@msctl/platform/compose/compose-cli'

/** How long what Docker refuses to remove is left alone before it is told again, in milliseconds: others may share its layers. */
const AGAIN_MS = 1_000

/**
 * Removes all that belongs to a Compose project: containers, running or not, networks, volumes, and the images that were built for
 * it. Asks Docker alone, so that it works without the Compose file, after any crash, and twice. Nothing is concluded from what Docker
 * refuses to remove, even when it is told again.
 *
 * @returns what Docker said of that.
 */
export async function removeProject(
  { docker }: Pick<ComposeCli, 'docker'>,
  project: string,
): Promise<readonly string[]> {
  const left: string[] = []
  const remove = (...args: readonly string[]) =>
    docker(args)
      .catch(() => delay(AGAIN_MS).then(() => docker(args)))
      .catch((error: unknown) => {
        left.push(`docker ${args.join(' ')}: ${(error as Error).message}`)
      })
  const label = `label=com.docker.compose.project=${project}`
  const list = async (args: readonly string[]) => [
    ...new Set((await docker(args)).split('\n').filter(Boolean)),
  ]
  const [containers, networks, volumes, images] = await Promise.all([
    list(['ps', '--all', '--quiet', '--filter', label]),
    list(['network', 'ls', '--quiet', '--filter', label]),
    list(['volume', 'ls', '--quiet', '--filter', label]),
    list(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', `reference=${project}/*`]),
  ])
  if (containers.length > 0) await remove('rm', '--force', '--volumes', ...containers)
  // What one call is given, Docker removes one after the other.
  await Promise.all([
    ...networks.map((each) => remove('network', 'rm', each)),
    ...volumes.map((each) => remove('volume', 'rm', '--force', each)),
    ...images.map((each) => remove('image', 'rm', '--force', each)),
  ])
  return left
}
