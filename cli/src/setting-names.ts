/** What can be set by a flag, by the environment or in the configuration file. */
export const SETTINGS = {
  url: { flag: '--url', variable: 'MSCTL_URL' },
  driver: { flag: '--driver', variable: 'MSCTL_DRIVER' },
  port: { flag: '--port', variable: 'MSCTL_PORT' },
  lang: { flag: '--lang', variable: 'MSCTL_LANG' },
} as const
export type SettingName = keyof typeof SETTINGS
