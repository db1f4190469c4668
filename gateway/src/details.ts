import { notFound, ProblemError, sendProblem } from '@msctl/kit'
import { parseId } from '@msctl/sdk/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Permit } from './breaker.ts'
import { type Call, callUpstream, type Receiver } from './call.ts'
import { cut, paceWrites } from './caller.ts'
import { forwardingHeaders } from './headers.ts'
import { refuseCall, toProblem } from './problems.ts'
import { readWhole } from './read-whole.ts'
import type { Upstream } from './upstreams.ts'

/** The largest user that is read, in bytes; one with the longest fields that there are is a fraction of it. */
const USER_LIMIT_BYTES = 64 * 1024

/** How much of the orders is held while they cannot be sent on, in bytes. */
const HELD_ORDERS_BYTES = 64 * 1024

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8'

const OPENING_BRACE = '{'.charCodeAt(0)
const OPENING_BRACKET = '['.charCodeAt(0)

const BEFORE_USER = Buffer.from('{"user":')
const BEFORE_ORDERS = Buffer.from(',"orders":')
const END = Buffer.from('}')
const WITHOUT_ORDERS = Buffer.from(',"orders":null,"degraded":["orders"]}')

/**
 * `GET /users/{id}/details`: a user with their orders, for which both services are asked at once. The JSON of their
 * answers is put together as it came, without being parsed. Without the orders, the user still comes.
 */
export const detailsOf =
  ({ users, orders }: { users: Upstream; orders: Upstream }) =>
  (request: FastifyRequest, reply: FastifyReply): void => {
    const id = parseId((request.params as { id: string }).id)
    if (id === undefined) {
      sendProblem(reply, notFound(`There is nothing at ${request.url}.`))
      return
    }
    const userPermit = users.breaker.acquire()
    if (userPermit === undefined) {
      request.logged.note = 'circuit open'
      sendProblem(reply, refuseCall(users))
      return
    }
    const headers = ['accept', 'application/json', ...forwardingHeaders(request)]
    const ask = (upstream: Upstream, permit: Permit, path: string, receiver: Receiver): Call =>
      callUpstream(upstream, permit, { method: 'GET', path, headers, body: null }, receiver)

    let ordersCall: Call | undefined
    const answer = composeDetails(reply, () => ordersCall?.resume())
    const refuse = (problem: ProblemError) => {
      ordersCall?.abandon()
      reply.send(problem)
    }

    const userCall = ask(
      users,
      userPermit,
      `/users/${id}`,
      readWhole(users, {
        limitBytes: USER_LIMIT_BYTES,
        onAnswer: (status, body) => {
          if (status === 200 && body[0] === OPENING_BRACE) answer.takeUser(body)
          else if (status === 404) refuse(notFound(`There is no user ${id}.`))
          else refuse(unexpectedAnswer(users, 'user', status))
        },
        onFailure: (failure) => refuse(toProblem(users, failure)),
      }),
    )

    const ordersPermit = orders.breaker.acquire()
    if (ordersPermit === undefined) {
      answer.loseOrders(refuseCall(orders))
    } else {
      let isList: boolean | undefined
      ordersCall = ask(orders, ordersPermit, `/orders?userId=${id}`, {
        onHeaders: (status) => {
          if (status === 200) return
          isList = false
          answer.loseOrders(unexpectedAnswer(orders, 'list', status))
        },
        onData: (chunk) => {
          isList ??= chunk[0] === OPENING_BRACKET
          return !isList || answer.takeOrders(chunk)
        },
        onEnd: () => {
          if (isList) answer.endOrders()
          else answer.loseOrders(unexpectedAnswer(orders, 'list', 200))
        },
        onFailure: (failure) => answer.loseOrders(toProblem(orders, failure)),
      })
    }

    reply.raw.once('close', () => {
      userCall.abandon()
      ordersCall?.abandon()
    })
  }

/** What is the matter when a service answered, but not with what it was asked for. */
const unexpectedAnswer = ({ service }: Upstream, wanted: string, status: number): ProblemError =>
  status >= 500
    ? new ProblemError('unavailable', `${service} answered with ${status}.`, { members: { service } })
    : new ProblemError('service-unreachable', `${service} gave an answer that is no ${wanted} (${status}).`, {
        members: { service },
      })

/** The answer as it comes together. */
interface Details {
  takeUser(json: Buffer): void
  /** @returns false to hold the orders back until `resumeOrders`. */
  takeOrders(chunk: Buffer): boolean
  endOrders(): void
  /** The orders are unavailable, or the rest of them. */
  loseOrders(why: ProblemError): void
}

/** Begins to answer once the user is there, and the first of the orders, or that there are none to be had. */
function composeDetails(reply: FastifyReply, resumeOrders: () => void): Details {
  const { raw } = reply
  let user: Buffer | undefined
  let orders: 'coming' | 'complete' | { lost: ProblemError } = 'coming'
  let held: Buffer[] = []
  let heldBytes = 0
  let isDue = false
  let write: ((chunk: Buffer) => boolean) | undefined

  // Not at once but when all that has arrived is known, so that a short answer leaves in one piece.
  function goOn(): void {
    if (isDue || user === undefined) return
    isDue = true
    process.nextTick((json: Buffer) => {
      isDue = false
      if (!reply.sent || write !== undefined) send(json)
    }, user)
  }

  function send(json: Buffer): void {
    if (write === undefined) begin(json)
    else stream(write)
  }

  function begin(json: Buffer): void {
    if (typeof orders === 'object') {
      const { lost } = orders
      Object.assign(reply.request.logged, { note: 'without orders', err: lost.cause ?? lost })
      sendWhole([BEFORE_USER, json, WITHOUT_ORDERS])
    } else if (orders === 'complete') sendWhole([BEFORE_USER, json, BEFORE_ORDERS, ...held, END])
    else if (held.length > 0) {
      held.unshift(BEFORE_USER, json, BEFORE_ORDERS)
      reply.hijack()
      const { id, answerHeaders } = reply.request
      raw.writeHead(200, { 'x-request-id': id, ...answerHeaders, 'content-type': JSON_MEDIA_TYPE })
      write = paceWrites(reply, resumeOrders)
      stream(write)
    }
  }

  function stream(writeChunk: (chunk: Buffer) => boolean): void {
    if (typeof orders === 'object') {
      cut(reply, orders.lost)
      return
    }
    // In one piece, and not by cork(): in Node 24 that breaks the framing of a chunked answer whose caller is slow.
    if (orders === 'complete') raw.end(Buffer.concat([...held, END]))
    else if (held.length > 0) writeChunk(Buffer.concat(held))
    held = []
    heldBytes = 0
    if (!raw.writableNeedDrain) resumeOrders()
  }

  function sendWhole(chunks: Buffer[]): void {
    reply.type(JSON_MEDIA_TYPE).send(Buffer.concat(chunks))
  }

  return {
    takeUser: (json) => {
      user = json
      goOn()
    },
    takeOrders: (chunk) => {
      held.push(chunk)
      heldBytes += chunk.length
      goOn()
      return heldBytes < HELD_ORDERS_BYTES && !raw.writableNeedDrain
    },
    endOrders: () => {
      orders = 'complete'
      goOn()
    },
    loseOrders: (why) => {
      if (typeof orders === 'object') return
      orders = { lost: why }
      goOn()
    },
  }
}
