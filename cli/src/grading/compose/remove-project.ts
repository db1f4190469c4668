import type { ComposeCli } from '../../platform/compose/compose-cli.ts'

/**
 * Removes all that belongs to a Compose project: containers, running or not, networks, volumes, and the images that were built for
 * it. Asks Docker alone, so that it works without the Compose file, after any crash, and twice.
 */
export async function removeProject({ docker }: Pick<ComposeCli, 'docker'>, project: string): Promise<void> {
  const label = `label=com.docker.compose.project=${project}`
  const remove = async (list: readonly string[], removal: readonly string[]) => {
    const found = (await docker(list)).split('\n').filter(Boolean)
    if (found.length > 0) await docker([...removal, ...new Set(found)])
  }
  await remove(['ps', '--all', '--quiet', '--filter', label], ['rm', '--force', '--volumes'])
  await Promise.all([
    remove(['network', 'ls', '--quiet', '--filter', label], ['network', 'rm']),
    remove(['volume', 'ls', '--quiet', '--filter', label], ['volume', 'rm', '--force']),
    remove(
      ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', `reference=${project}/*`],
      ['image', 'rm', '--force'],
    ),
  ])
}
