import { SERVICES } from '@msctl/sdk/contract'
import type { Check, CheckFinding, Experiment } from '../run/grader.ts'
import { LAYER_SIGNS, LAYERS, type Layer } from './structure-layers.ts'
import { findStructure, readSources, type Structure } from './structure-scan.ts'

/** Judges whether every service has that layer apart, and shows where it was found. @param structure `undefined`: there is no code. */
export function judgeLayer(structure: Structure | undefined, layer: Layer): CheckFinding {
  const { title } = LAYER_SIGNS[layer]
  const expected = {
    en: `${titleIn(title, 'en')}: a folder or a file of its own in each service`,
    ru: `${titleIn(title, 'ru')}: отдельная папка или отдельный файл в каждом сервисе`,
  }
  // Where each service is one file, or all are, no layer is apart. Without any code there is nothing to judge.
  if (structure === undefined) {
    return {
      held: true,
      ...{ expected, actual: '' },
      undecided: {
        en: 'There is no code in this folder. Is it the right one? Otherwise judge it by hand: --manual structure=5',
        ru: 'В этой папке нет кода. Та ли это папка? Если да, оцените вручную: --manual structure=5',
      },
    }
  }
  const places = SERVICES.map((service) => `${service}: ${structure[service][layer] ?? '-'}`)
  const missing = SERVICES.filter((service) => structure[service][layer] === undefined)
  return {
    held: missing.length === 0,
    expected,
    actual: places.join('\n'),
    evidence: SERVICES.map((service) => ({
      type: 'file',
      path: structure[service][layer] ?? service,
      text: LAYERS.map((each) => `${each}: ${structure[service][each] ?? '-'}`).join('\n'),
    })),
  }
}

function titleIn(title: (typeof LAYER_SIGNS)[Layer]['title'], language: 'en' | 'ru'): string {
  return typeof title === 'string' ? title : title[language]
}

const WHY: Readonly<Record<Layer, Pick<Check, 'title' | 'why' | 'hint'>>> = {
  models: {
    title: { en: 'Models stand apart', ru: 'Модели отделены' },
    why: {
      en: 'What a table looks like is one thing, and changes for one reason.',
      ru: 'Вид таблицы — одна вещь и меняется по одной причине.',
    },
    hint: {
      en: 'models.py, models/, entities/ … in each service, with nothing but the tables.',
      ru: 'models.py, models/, entities/ … в каждом сервисе, и в них только таблицы.',
    },
  },
  schemas: {
    title: { en: 'Schemas stand apart', ru: 'Схемы отделены' },
    why: {
      en: 'What callers may send and get is a promise; it should not change because a table does.',
      ru: 'Что можно прислать и получить — обещание; оно не должно меняться вместе с таблицей.',
    },
    hint: {
      en: 'schemas.py, dto/, validators/ … in each service.',
      ru: 'schemas.py, dto/, validators/ … в каждом сервисе.',
    },
  },
  routes: {
    title: { en: 'Routes stand apart', ru: 'Маршруты отделены' },
    why: {
      en: 'Handlers that only translate between HTTP and the rules can be read at a glance.',
      ru: 'Обработчики, которые лишь переводят HTTP в вызовы логики, читаются с одного взгляда.',
    },
    hint: {
      en: 'routes/, controllers/, handlers/, api/ … rather than all of it in main.',
      ru: 'routes/, controllers/, handlers/, api/ …, а не всё в main.',
    },
  },
  services: {
    title: { en: 'Services (the rules) stand apart', ru: 'Сервисы (логика) отделены' },
    why: {
      en: 'Rules and caching that know nothing of HTTP can be tested and used elsewhere.',
      ru: 'Логику и кэш, которые не знают о HTTP, можно проверить и использовать отдельно.',
    },
    hint: {
      en: 'services/user_service.py, crud.py, usecases/ … in each service.',
      ru: 'services/user_service.py, crud.py, usecases/ … в каждом сервисе.',
    },
  },
  database: {
    title: { en: 'The database connection stands apart', ru: 'Подключение к базе отделено' },
    why: {
      en: 'Where the database is and how to reach it is needed in one place only.',
      ru: 'Где база и как к ней подключиться, нужно знать лишь в одном месте.',
    },
    hint: {
      en: 'database.py, db/, repositories/ …; the services may share it.',
      ru: 'database.py, db/, repositories/ …; он может быть общим для сервисов.',
    },
  },
}

/** What of the sources stands apart. Only names and a few telling words are looked at, of any language; nothing is run. */
export const structure: Experiment<Record<never, never>> = {
  needs: ['source'],
  uses: [],
  expectedMs: () => 500,
  sheet: {
    name: 'structure',
    title: { en: 'Structure of the sources', ru: 'Структура исходного кода' },
    question: { en: 'What stands apart in each service?', ru: 'Что отделено в каждом сервисе?' },
    idea: {
      en: 'Models, schemas, routes, services and database each have a place of their own, whatever the language calls it.',
      ru: 'У моделей, схем, маршрутов, сервисов и базы своё место, как бы оно ни называлось в вашем языке.',
    },
    state: () => ({}),
    expectations: Object.fromEntries(
      LAYERS.map((layer) => [`structure.${layer}`, { criterion: 'structure', ...WHY[layer] }]),
    ) as Readonly<Record<string, Check>>,
    steadyState: [],
    steps: [
      {
        title: { en: 'Read the names of folders and files', ru: 'Прочитать имена папок и файлов' },
        run: async (lab) => {
          const { source } = lab.world
          if (source === undefined) throw new Error('There are no sources.')
          const files = await readSources(source)
          const found = files.length === 0 ? undefined : findStructure(files)
          for (const layer of LAYERS) lab.expect(`structure.${layer}`, judgeLayer(found, layer))
        },
      },
    ],
  },
}
