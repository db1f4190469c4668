import type { Dispatcher } from 'undici'

/** What a scripted dispatcher does with one request. */
export type Script =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | { fail: string }
  | 'hang'

/** A dispatcher that answers from a script, at once and without a network, for tests whose clock stands still. */
export function createScripted(scripts: Script[]): {
  dispatcher: Pick<Dispatcher, 'dispatch'>
  sent: Dispatcher.DispatchOptions[]
} {
  const sent: Dispatcher.DispatchOptions[] = []
  return {
    sent,
    dispatcher: {
      dispatch(options, handler) {
        const script = scripts[Math.min(sent.length, scripts.length - 1)]
        sent.push(options)
        const controller = createController((reason) => handler.onResponseError?.(controller, reason))
        handler.onRequestStart?.(controller, {})
        if (script === undefined || script === 'hang') return true
        if ('fail' in script) {
          const error = Object.assign(new Error(`scripted ${script.fail}`), { code: script.fail })
          handler.onResponseError?.(controller, error)
          return true
        }
        const { status, headers = {}, body } = script
        handler.onResponseStart?.(controller, status, headers, '')
        if (body !== undefined) handler.onResponseData?.(controller, Buffer.from(JSON.stringify(body)))
        handler.onResponseEnd?.(controller, {})
        return true
      },
    },
  }
}

function createController(onAbort: (reason: Error) => void): Dispatcher.DispatchController {
  const controller = {
    aborted: false,
    paused: false,
    reason: null as Error | null,
    abort(reason: Error) {
      controller.aborted = true
      controller.reason = reason
      onAbort(reason)
    },
    pause() {},
    resume() {},
  }
  return controller
}
