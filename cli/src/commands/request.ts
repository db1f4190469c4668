import { EXIT } from '@msctl/grader/exit'
import { isApiError, isContractError, type RequestMethod } from '@msctl/sdk'
import * as z from 'zod/mini'
import { call, whereOf } from '../call.ts'
import { defineEntries, type SingleAction } from '../command.ts'
import { matching, oneOf, text } from '../menu/readers.ts'
import { messages } from './request.messages.ts'
import { parseJson, readData } from './resources/request-body.ts'

const METHODS: readonly RequestMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const RequestJson = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Parsed where it is JSON, else the text; null where there is none. */
  body: z.unknown(),
})
type Answered = z.infer<typeof RequestJson>

interface RequestOptions {
  readonly method: RequestMethod
  readonly path: string
  readonly data?: string | undefined
}

/** `msctl request METHOD PATH`: any request to the gateway, whatever it answers. */
const request = ({
  include = false,
}: {
  readonly include?: boolean
}): SingleAction<RequestOptions, Answered> => ({
  async run({ method, path, data }, context) {
    const sent = data === undefined ? undefined : parseJson(await readData(data, context))
    const where = await whereOf(context)
    return call(where, async (client, options) => {
      try {
        const { data: body = null, response } = await client
          .request(method, path, { ...options, body: sent })
          .withResponse()
        return { ...plain(response), body }
      } catch (error) {
        // An answer like any other, also JSON that is broken: what it means is for who asked.
        if (isApiError(error) || (isContractError(error) && error.code === 'bad-json'))
          return { ...plain(error.response), body: error.body ?? null }
        throw error
      }
    })
  },

  render({ status, headers, body }, { terminal }) {
    const shown =
      body === null ? '' : typeof body === 'string' ? body.trimEnd() : JSON.stringify(body, undefined, 2)
    if (!include) return { result: shown }
    const mark = status < 300 ? terminal.green : status < 500 ? terminal.yellow : terminal.red
    const lines = Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value) => `${terminal.dim(`${name}:`)} ${value}`),
    )
    return { result: [mark(String(status)), ...lines, '', shown].join('\n').trimEnd() }
  },

  /** 1 where the answer is an error. */
  exitCode: ({ status }) => (status < 400 ? EXIT.done : EXIT.failed),
})

const plain = ({ status, headers }: { status: number; headers: object }): Omit<Answered, 'body'> => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
})

export const entries = defineEntries(messages, ({ options, aPath }) => [
  {
    name: 'request',
    examples: [
      'msctl request GET /status',
      'msctl request GET /users/1 -i',
      `msctl request POST /users --data '{"email": "request@example.com", "name": "Ann"}'`,
    ],
    configure: (command) =>
      command
        .valueArgument('<method>', options.method, oneOf(METHODS))
        .valueArgument(
          '<path>',
          options.path,
          matching(aPath, (given) => given.startsWith('/')),
        )
        .valueOption('--data <json>', options.data, text)
        .option('-i, --include', options.include),
    takesUrl: true,
    action: request,
    json: RequestJson,
  },
])
