import type { Text } from '@msctl/scenarios'

/** What the assignment wants apart in each service. */
export const LAYERS = ['models', 'schemas', 'routes', 'services', 'database'] as const
export type Layer = (typeof LAYERS)[number]

/** What a layer is, and how people who write in other languages and styles call it. */
export interface LayerSigns {
  readonly title: Text
  /** Words in the name of a folder or a file, in lower case. */
  readonly words: readonly string[]
  /** What a file of that layer says, whatever it is called. */
  readonly says: RegExp
}

export const LAYER_SIGNS: Readonly<Record<Layer, LayerSigns>> = {
  models: {
    title: { en: 'Models (the tables)', ru: 'Модели (таблицы)' },
    words: words('model models entity entities domain orm table tables prisma ent'),
    says: /declarative_base|DeclarativeBase|\(Base\):|__tablename__|@Entity\b|@Table\b|sequelize\.define|extends Model\b|gorm:"|gorm\.Model|CREATE TABLE|pgTable\(|models\.Model|DbSet<|table=True/,
  },
  schemas: {
    title: { en: 'Schemas (what goes in and out)', ru: 'Схемы (что приходит и уходит)' },
    words: words(
      'schema schemas dto dtos serializer serializers validator validators validation validations request requests response responses contract contracts payload payloads viewmodel viewmodels types interfaces forms',
    ),
    says: /\(BaseModel\)|from pydantic|z\.object\(|Joi\.object|@IsEmail|@IsString|@NotNull|@NotBlank|class-validator|from marshmallow|record \w+(Request|Response|Dto|DTO)\b|class \w+(Request|Response|Dto|DTO)\b|type \w+(Request|Response|DTO) struct|binding:"|validate:"/,
  },
  routes: {
    title: { en: 'Routes (the endpoints)', ru: 'Маршруты (эндпоинты)' },
    words: words(
      'route routes router routers routing controller controllers endpoint endpoints handler handlers api view views resource resources urls web http rest transport delivery presentation blueprint blueprints viewsets',
    ),
    says: /APIRouter\(|@(app|router|bp|blueprint)\.(get|post|put|delete|route)\b|\b(app|router|server|fastify|r|e|mux)\.(get|post|put|delete|Get|Post|Put|Delete|GET|POST|PUT|DELETE|HandleFunc)\(|@RestController|@RequestMapping|@Controller\(|\[(Http(Get|Post|Put|Delete)|ApiController)|\.Map(Get|Post|Put|Delete)\(/,
  },
  services: {
    title: { en: 'Services (the rules, and the cache)', ru: 'Сервисы (логика и кэш)' },
    words: words(
      'service services usecase usecases interactor interactors business logic crud manager managers operations bll core facade',
    ),
    says: /@Service\b|@Injectable\(|class \w+(Service|UseCase|Manager)\b|func \(\w+ \*?\w*[sS]ervice\)|type \w*[sS]ervice (struct|interface)/,
  },
  database: {
    title: { en: 'Database (the connection)', ru: 'База данных (подключение)' },
    words: words(
      'database databases db repository repositories repo repos dao daos persistence session datasource data storage store stores postgres postgresql pg sql migration migrations alembic prisma infrastructure pool connection dbcontext knexfile',
    ),
    says: /create_engine|create_async_engine|sessionmaker|asyncpg\.|psycopg|new (pg\.)?Pool\(|new Sequelize\(|createPool\(|gorm\.Open|sql\.Open|sqlx\.|pgxpool|spring\.datasource|datasource:|jdbc:postgresql|UseNpgsql|(Jpa|Crud|R2dbc)Repository|: DbContext|DataSource\(|drizzle\(|new PrismaClient|knex\(/,
  },
}

function words(text: string): readonly string[] {
  return text.split(' ')
}
