import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeLayer } from './structure.ts'
import { LAYERS, type Layer } from './structure-layers.ts'
import { findStructure, readSources } from './structure-scan.ts'

const NAMES = { users: 'user', orders: 'order', payments: 'payment' }
const PLURALS = { user: 'users', order: 'orders', payment: 'payments' }

/** The same layout for each of the three services: `{one}` is user, order, payment; `{One}` User …; `{many}` users … */
function layout(...files: readonly (string | readonly [string, string])[]) {
  return Object.values(NAMES).flatMap((one) => {
    const words = (text: string) =>
      text
        .replaceAll('{one}', one)
        .replaceAll('{many}', PLURALS[one as keyof typeof PLURALS])
        .replaceAll('{One}', one.charAt(0).toUpperCase() + one.slice(1))
    return files.map((file) =>
      typeof file === 'string'
        ? { path: words(file), text: 'x = 1' }
        : { path: words(file[0]), text: words(file[1]) },
    )
  })
}

const LAYOUTS = {
  "the assignment's own": layout(
    ...['models.py', 'schemas.py', 'database.py', 'main.py'].map((name) => `service_{many}/app/${name}`),
    ...['service_{many}/app/routes/{many}.py', 'service_{many}/app/services/{one}_service.py'],
  ),
  'FastAPI with crud and routers': layout(
    '{many}-service/src/models/{one}.py',
    '{many}-service/src/schemas/{one}.py',
    '{many}-service/src/routers/{one}.py',
    '{many}-service/src/crud.py',
    '{many}-service/src/db/session.py',
  ),
  'Express with controllers': layout(
    'services/{many}/src/models/{one}.model.js',
    'services/{many}/src/validators/{one}.js',
    'services/{many}/src/controllers/{one}.controller.js',
    'services/{many}/src/services/{one}.service.js',
    'services/{many}/src/db.js',
  ),
  NestJS: layout(
    '{one}-service/src/{one}/entities/{one}.entity.ts',
    '{one}-service/src/{one}/dto/create-{one}.dto.ts',
    '{one}-service/src/{one}/{one}.controller.ts',
    '{one}-service/src/{one}/{one}.service.ts',
    ['{one}-service/src/typeorm.ts', 'export default new DataSource({})'],
  ),
  'Spring, the database in its settings': layout(
    '{many}service/src/main/java/com/example/{many}service/entity/{One}.java',
    '{many}service/src/main/java/com/example/{many}service/dto/{One}Request.java',
    '{many}service/src/main/java/com/example/{many}service/controller/{One}Controller.java',
    '{many}service/src/main/java/com/example/{many}service/service/{One}Service.java',
    [
      '{many}service/src/main/resources/application.yml',
      'spring:\n  datasource:\n    url: jdbc:postgresql://db/x',
    ],
  ),
  'Spring, everything in one package': layout(
    ['{One}Service/src/{One}.java', '@Entity public class {One} {}'],
    ['{One}Service/src/{One}Input.java', 'record {One}Dto(@NotNull String name) {}'],
    ['{One}Service/src/{One}Controller.java', '@RestController class {One}Controller {}'],
    ['{One}Service/src/{One}Service.java', '@Service class {One}Service {}'],
    [
      '{One}Service/src/{One}Repository.java',
      'interface {One}Repository extends JpaRepository<{One}, Long> {}',
    ],
  ),
  Go: layout(
    'cmd/{many}/main.go',
    '{many}/internal/model/{one}.go',
    '{many}/internal/dto/{one}.go',
    '{many}/internal/handler/{one}.go',
    '{many}/internal/usecase/{one}.go',
    '{many}/internal/storage/postgres.go',
  ),
  'C#': layout(
    '{One}s.Api/Models/{One}.cs',
    '{One}s.Api/Dtos/{One}Dto.cs',
    '{One}s.Api/Controllers/{One}sController.cs',
    '{One}s.Api/Services/{One}Service.cs',
    '{One}s.Api/Data/AppDbContext.cs',
  ),
  Django: layout(
    '{many}_service/{many}/models.py',
    '{many}_service/{many}/serializers.py',
    '{many}_service/{many}/views.py',
    '{many}_service/{many}/services.py',
    '{many}_service/{many}/repositories.py',
  ),
  'Prisma and Fastify': layout(
    ['{many}/prisma/schema.prisma', 'model {One} { id Int @id }'],
    '{many}/src/schemas.ts',
    '{many}/src/routes.ts',
    '{many}/src/services.ts',
    ['{many}/src/client.ts', 'export const db = new PrismaClient()'],
  ),
  hexagonal: layout(
    'src/{many}/domain/{one}.ts',
    'src/{many}/contracts/{one}.ts',
    'src/{many}/transport/http.ts',
    'src/{many}/business/create.ts',
    'src/{many}/infrastructure/pg.ts',
  ),
  'by layers, the services in each': layout(
    'app/models/{one}.py',
    'app/schemas/{one}.py',
    'app/routes/{many}.py',
    'app/services/{one}_service.py',
    'app/repositories/{one}.py',
  ),
  'a shared way to the database, and shared schemas': [
    ...layout(
      'services/{many}/src/models.ts',
      'services/{many}/src/routes.ts',
      'services/{many}/src/services.ts',
    ),
    { path: 'services/kit/src/database.ts', text: 'x' },
    { path: 'sdk/contract/schemas/all.ts', text: 'x' },
  ],
  Rust: layout(
    'crates/{many}/src/models.rs',
    'crates/{many}/src/dto.rs',
    'crates/{many}/src/handlers.rs',
    'crates/{many}/src/service.rs',
    'crates/{many}/src/repository.rs',
  ),
}

const missing = (files: readonly { path: string; text: string }[]) =>
  LAYERS.filter((layer) => !judgeLayer(findStructure(files), layer).held)

test.each(Object.entries(LAYOUTS))('finds everything apart: %s', (_, files) => {
  expect(missing(files)).toEqual([])
})

/** Each of them lacks these layers. */
const LACKING: Readonly<
  Record<string, readonly [files: { path: string; text: string }[], layers: readonly Layer[]]>
> = {
  'everything in one file': [
    layout([
      'service_{many}/main.py',
      'class {One}(Base):\n  __tablename__ = "{many}"\nclass In(BaseModel): pass\n@app.get("/")\nengine = create_engine()',
    ]),
    LAYERS,
  ],
  'folders with nothing in them': [
    layout(
      ...['models', 'schemas', 'routes', 'services', 'database'].map(
        (name) => [`{many}/${name}/__init__.py`, '\n'] as const,
      ),
      ['{many}/main.py', 'x = 1'],
    ),
    LAYERS,
  ],
  'rules among the routes': [
    layout(
      '{many}/models.py',
      '{many}/schemas.py',
      '{many}/routes.py',
      '{many}/database.py',
      '{many}/main.py',
    ),
    ['services'],
  ],
  'a service folder that is only called so': [
    layout(
      '{one}_service/models.py',
      '{one}_service/{one}service/main.py',
      '{one}_service/schemas.py',
      '{one}_service/routes.py',
      '{one}_service/db.py',
    ),
    ['services'],
  ],
  'a folder of services, which is not the layer': [
    layout(
      'services/{many}/models.py',
      'services/{many}/schemas.py',
      'services/{many}/routes.py',
      'services/{many}/database.py',
    ),
    ['services'],
  ],
  'payments left as one file': [
    layout(...['models', 'schemas', 'routes', 'services', 'database'].map((name) => `{many}/${name}.py`)).map(
      (file) => (file.path.startsWith('payments/') ? { path: 'payments/main.py', text: 'x = 1' } : file),
    ),
    ['models', 'schemas', 'routes', 'services', 'database'],
  ],
}

test.each(Object.entries(LACKING))('sees what is not apart: %s', (name, [files, layers]) => {
  // Nothing at all of any service is no finding; what it would be is in the next test.
  const isNothing = name === 'everything in one file' || name === 'folders with nothing in them'
  expect(missing(isNothing ? [...files, { path: 'users/models.py', text: 'x = 1' }] : files)).toEqual(layers)
})

test('code without a part for each service fails, and no code at all is not judged', () => {
  const monolith = findStructure([{ path: 'main.py', text: 'x' }])
  expect(judgeLayer(monolith, 'models')).toMatchObject({
    held: false,
    actual: 'users: -\norders: -\npayments: -',
  })
  expect(judgeLayer(undefined, 'models')).toMatchObject({ undecided: expect.anything() })
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'structure-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('reads code only, and nobody else’s', async () => {
  const write = async (file: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    await writeFile(path.join(folder, file), 'x')
  }
  for (const file of [
    'users/models.py',
    'users/README.md',
    'users/node_modules/a/models.js',
    'users/test_models.py',
    'users/tests/schemas.py',
    '.git/x.py',
  ])
    await write(file)
  expect((await readSources(folder)).map((each) => each.path)).toEqual(['users/models.py'])
})

test("this repository's own sources have everything apart", async () => {
  expect(missing(await readSources(path.resolve(import.meta.dirname, '../../..')))).toEqual([])
})
