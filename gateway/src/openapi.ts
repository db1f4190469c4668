import type { App } from '@msctl/kit'
import { createOpenApiDocument } from '@msctl/sdk/contract'
import packageJson from '../package.json' with { type: 'json' }

/** `GET /openapi.json`: what the gateway and the services promise. */
export function addOpenApiRoute(app: App): void {
  // Written when it is first asked for, because most processes are never asked.
  let json: string | undefined
  app.get('/openapi.json', async (_request, reply) => {
    json ??= JSON.stringify(createOpenApiDocument({ version: packageJson.version }))
    return reply.type('application/json; charset=utf-8').send(json)
  })
}
