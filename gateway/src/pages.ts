import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type App, ProblemError } from '@msctl/kit'
import { SERVICES } from '@msctl/sdk/contract'
import packageJson from '../package.json' with { type: 'json' }

/** Where to look, by name. */
const LINKS = {
  ...{ health: '/health', status: '/status', metrics: '/metrics', openapi: '/openapi.json', docs: '/docs' },
  ...Object.fromEntries(SERVICES.map((service) => [service, `/${service}`])),
}

/** What the page leads to. */
const LEADS_TO = {
  docs: 'The API reference: every endpoint, to be tried out',
  health: 'The circuit of each service',
  status: 'The services, request rates, latencies and the cache',
  metrics: 'The metrics, for Prometheus',
}

/** Nothing from another host, and no script of the page's own; swagger-ui styles some elements by itself. */
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** What the API reference loads: swagger-ui's own files, as the build has copied them. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': SCRIPT,
}
/** The routes that {@link addPages} adds. */
export const PAGE_ROUTES = [
  '/',
  '/docs',
  '/docs/start.js',
  ...Object.keys(FILES).map((name) => `/docs/${name}`),
]
/** Beside the bundle, or where the build puts them for the sources. */
const FOLDERS = ['docs', '../dist/docs'].map((folder) => path.join(import.meta.dirname, folder))

/** `GET /`: what this is, and where to look. `GET /docs`: the API reference, which asks this gateway and nobody else. */
export function addPages(app: App): void {
  app.get('/', async ({ headers: { accept = '' } }, reply) => {
    reply.header('vary', 'accept')
    if (accept.includes('text/html')) return reply.headers(SECURITY).type(HTML).send(indexPage())
    return { name: 'msctl platform', version: packageJson.version, links: LINKS }
  })
  app.get('/docs', async (_request, reply) => reply.headers(SECURITY).type(HTML).send(DOCS_PAGE))
  app.get('/docs/start.js', async (_request, reply) => reply.headers(SECURITY).type(SCRIPT).send(DOCS_START))
  for (const [name, type] of Object.entries(FILES)) {
    app.get(`/docs/${name}`, async (_request, reply) => {
      const folder = FOLDERS.find((each) => existsSync(path.join(each, name)))
      if (folder === undefined)
        throw new ProblemError('not-found', `${name} is missing: npm run build puts it where the gateway is.`)
      const text = await readFile(path.join(folder, name))
      return reply
        .headers({ ...SECURITY, 'cache-control': 'max-age=3600' })
        .type(type)
        .send(text)
    })
  }
}

const page = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`

const STYLE = `<meta name="color-scheme" content="light dark">
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem } dt { font-family: ui-monospace, monospace; margin-top: .75rem } dd { margin: 0 }
</style>`

const indexPage = (): string =>
  page(
    'msctl platform',
    STYLE,
    `<h1>msctl platform ${packageJson.version}</h1>
<p>Users, orders and payments: three services behind this gateway, with a circuit breaker for each.</p>
<dl>
${Object.entries(LEADS_TO)
  .map(([name, what]) => `<dt><a href="/${name}">/${name}</a></dt><dd>${what}</dd>`)
  .join('\n')}
</dl>
<p>In a terminal: <code>./msctl health --watch</code>, <code>./msctl dashboard</code>.</p>`,
  )

const DOCS_PAGE = page(
  'API reference: msctl platform',
  // On a phone, what is too wide moves within itself.
  `<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>body { margin: 0 } #reference { overflow-x: auto }</style>`,
  `<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
)

const DOCS_START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  tryItOutEnabled: true,
  validatorUrl: null,
  persistAuthorization: false,
})
`
