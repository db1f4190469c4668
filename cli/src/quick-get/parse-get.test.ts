import { describe, expect, test } from 'vitest'
import { parseGet } from './parse-get.ts'

const parse = (line: string) => parseGet(line.split(' ').filter(Boolean))

describe('a plain command line', () => {
  test.for([
    ['users get 1', { resource: 'users', id: 1, json: false, url: undefined }],
    ['orders get 7 --json', { resource: 'orders', id: 7, json: true, url: undefined }],
    ['payments get --json 007', { resource: 'payments', id: 7, json: true, url: undefined }],
    ['users get 0', { resource: 'users', id: 0, json: false, url: undefined }],
    ['users get --url http://x:1/y/ 1', { resource: 'users', id: 1, json: false, url: 'http://x:1/y/' }],
    ['users get 1 --json --url=https://x', { resource: 'users', id: 1, json: true, url: 'https://x' }],
  ] as const)('is %j', ([line, expected]) => {
    expect(parse(line)).toEqual(expected)
  })
})

describe('left to the menu', () => {
  test.for([
    '',
    'users',
    'users get',
    'users list',
    'users list 1',
    'user get 1',
    'cache get 1',
    'get users 1',
    '--json users get 1',
    'users get 1 2',
    'users get x',
    'users get -1',
    'users get +1',
    'users get 1.5',
    'users get 1e3',
    'users get 0x1',
    'users get 12345678901',
    'users get 1 --details',
    'users get 1 --verbose',
    'users get 1 -v',
    'users get 1 -q',
    'users get 1 --lang ru',
    'users get 1 --help',
    'users get 1 --jso',
    'users get 1 --json --json',
    'users get 1 --json=1',
    'users get -- 1',
    'users get 1 --url',
    'users get 1 --url=',
    'users get 1 --url x',
    'users get 1 --url http://u:p@x',
    'users get 1 --url http://x?y',
    'users get 1 --url --json',
    'users get 1 --url http://x --url http://y',
    'users get 1 --urls http://x',
  ])('is %j', (line) => {
    expect(parse(line)).toBeUndefined()
  })

  test('is an id or an address with something around it', () => {
    expect(parseGet(['users', 'get', ' 1'])).toBeUndefined()
    expect(parseGet(['users', 'get', '1\n'])).toBeUndefined()
    expect(parseGet(['users', 'get', ''])).toBeUndefined()
  })
})
