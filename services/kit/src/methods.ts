import { METHODS } from 'node:http'
import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify'
import { ProblemError } from './problems.ts'

// CONNECT never reaches a route: Node raises it as an event of its own.
const EVERY_METHOD = METHODS.filter((method) => method !== 'CONNECT') as HTTPMethods[]

/**
 * Adds routes, and for each of their paths an answer to all other methods: 405 with `Allow`. That answer comes before
 * the body is looked at.
 */
export function addRoutes(app: FastifyInstance, add: (app: FastifyInstance) => void): void {
  for (const method of EVERY_METHOD) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  }
  const methodsByPath = new Map<string, Set<HTTPMethods>>()
  let isCollecting = true
  app.addHook('onRoute', ({ url, method }: Pick<RouteOptions, 'url' | 'method'>) => {
    if (!isCollecting) return
    const methods = methodsByPath.get(url) ?? new Set()
    for (const each of [method].flat()) methods.add(each as HTTPMethods)
    methodsByPath.set(url, methods)
  })
  add(app)
  isCollecting = false
  for (const [url, methods] of methodsByPath) refuseOthers(app, url, methods)
}

function refuseOthers(app: FastifyInstance, url: string, methods: Set<HTTPMethods>): void {
  const others = EVERY_METHOD.filter((method) => !methods.has(method))
  if (others.length === 0) return
  const allow = [...methods].sort().join(', ')
  const refuse = async ({ method }: { method: string }) => {
    throw new ProblemError('method-not-allowed', `${method} is not possible here, only ${allow}.`, {
      headers: { allow },
    })
  }
  app.route({ url, method: others, exposeHeadRoute: false, onRequest: refuse, handler: refuse })
}
