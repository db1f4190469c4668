import { readFileSync } from 'node:fs'

const PACKAGES = {
  redis: {
    brew: 'redis',
    apt: 'redis-server',
    dnf: 'valkey',
    apk: 'redis',
    pacman: 'valkey',
    zypper: 'redis',
    else: 'install redis-server or valkey-server',
  },
  psql: {
    brew: 'libpq',
    apt: 'postgresql-client',
    dnf: 'postgresql',
    apk: 'postgresql-client',
    pacman: 'postgresql-libs',
    zypper: 'postgresql',
    else: 'install the PostgreSQL client',
  },
} as const

/** The command that installs a program on this system. */
export function installCommand(program: keyof typeof PACKAGES): string {
  const names = PACKAGES[program]
  if (process.platform === 'darwin') return `brew install ${names.brew}`
  const family = (osRelease().match(/^ID(?:_LIKE)?=.*$/gm) ?? []).join(' ')
  if (/debian|ubuntu/.test(family)) return `sudo apt-get install ${names.apt}`
  if (/fedora|rhel|centos/.test(family)) return `sudo dnf install ${names.dnf}`
  if (/alpine/.test(family)) return `apk add ${names.apk}`
  if (/arch/.test(family)) return `sudo pacman -S ${names.pacman}`
  if (/suse/.test(family)) return `sudo zypper install ${names.zypper}`
  return names.else
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return '' // a system that does not say what it is
  }
}
