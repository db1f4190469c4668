import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readConfigFile, resolveSettings } from './settings.ts'

const file = '/srv/msctl.config.json'

describe('a setting', () => {
  test('comes from the flag, else the environment, else the file', () => {
    const values = { url: 'http://file:1', port: 1 }
    const env = { MSCTL_URL: 'http://env:1', MSCTL_PORT: '2' }
    expect(resolveSettings({ url: 'http://flag:1' }, env, { file, values })).toEqual({
      url: { value: 'http://flag:1', source: 'flag', place: '--url' },
      port: { value: 2, source: 'environment', place: 'MSCTL_PORT' },
      file,
    })
    expect(resolveSettings({}, {}, { file, values })).toEqual({
      url: { value: 'http://file:1', source: 'file', place: file },
      port: { value: 1, source: 'file', place: file },
      file,
    })
  })

  test('that is set nowhere is not there; an empty variable sets nothing', () => {
    expect(resolveSettings({}, { MSCTL_URL: '' }, undefined)).toEqual({})
  })

  test.for([
    ['url', 'ftp://localhost'],
    ['url', 'http://ann:secret@localhost:8000'],
    ['url', 'http://localhost:8000/?q=1'],
    ['port', '65536'],
    ['port', '8000.5'],
    ['driver', 'vagrant'],
    ['lang', 'de'],
    ['lang', 'english'],
  ] as const)('%s cannot be %s', ([name, given]) => {
    const variable = `MSCTL_${name.toUpperCase()}`
    expect(() => resolveSettings({}, { [variable]: given }, undefined)).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        facts: { name, place: variable, given },
      }),
    )
    expect(() => resolveSettings({}, {}, { file, values: { [name]: given } })).toThrow(
      expect.objectContaining({ code: 'setting-invalid', facts: { name, place: file, given } }),
    )
  })

  test('for the language is one of ours, or a locale of it', () => {
    for (const lang of ['en', 'ru', 'RU', 'ru_RU.UTF-8', 'en_GB'])
      expect(resolveSettings({}, { MSCTL_LANG: lang }, undefined).lang?.value).toBe(lang)
  })

  test('that does not exist is refused, with what was probably meant', () => {
    expect(() => resolveSettings({}, {}, { file, values: { prot: 1 } })).toThrow(
      expect.objectContaining({
        code: 'unknown-setting',
        facts: { file, given: 'prot', suggestion: 'port' },
      }),
    )
  })
})

describe('the configuration file', () => {
  let dir: string
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'msctl-config-')))
    return () => rmSync(dir, { recursive: true, force: true })
  })

  test('is the nearest one upwards, else that of the clone', () => {
    const below = path.join(dir, 'a', 'b')
    const clone = path.join(dir, 'clone')
    mkdirSync(below, { recursive: true })
    mkdirSync(clone)
    expect(readConfigFile({ cwd: below, clone: undefined })).toBeUndefined()
    writeFileSync(path.join(clone, 'msctl.config.json'), '{"port": 1}')
    expect(readConfigFile({ cwd: below, clone })?.values).toEqual({ port: 1 })
    writeFileSync(path.join(dir, 'msctl.config.json'), '{"port": 2}')
    expect(readConfigFile({ cwd: below, clone })).toEqual({
      file: path.join(dir, 'msctl.config.json'),
      values: { port: 2 },
    })
  })

  test('of somebody else is passed over', () => {
    const own = path.join(dir, 'msctl.config.json')
    writeFileSync(own, '{"url": "http://elsewhere"}')
    expect(readConfigFile({ cwd: dir, clone: undefined })).toBeDefined()
    // What root wrote is for everybody, so it has to be another's.
    const uid = process.getuid?.() ?? 0
    if (uid === 0) chownSync(own, 65534, 65534)
    expect(readConfigFile({ cwd: dir, clone: undefined, uid: uid === 0 ? 0 : uid + 1 })).toBeUndefined()
  })

  test.for(['{"port": 1', '[]', 'null', ''])('%j cannot be read', (text) => {
    writeFileSync(path.join(dir, 'msctl.config.json'), text)
    expect(() => readConfigFile({ cwd: dir, clone: undefined })).toThrow(
      expect.objectContaining({ code: 'config-unreadable' }),
    )
  })
})
