import type { ComposeCli } from '@msctl/platform/compose/compose-cli'

/**
 * Removes all that belongs to a Compose project: containers, running or not, networks, volumes, and the images that were built for
 * it. Asks Docker alone, so that it works without the Compose file, after any crash, and twice.
 */
export async function removeProject({ docker }: Pick<ComposeCli, 'docker'>, project: string): Promise<void> {
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
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers])
  // What one call is given, Docker removes one after the other.
  await Promise.all([
    ...networks.map((each) => docker(['network', 'rm', each])),
    ...volumes.map((each) => docker(['volume', 'rm', '--force', each])),
    ...images.map((each) => docker(['image', 'rm', '--force', each])),
  ])
}
