import { inLanguage, type Language, type Text } from '@msctl/scenarios'
import type { Advice, CheckResult, CriterionId, CriterionResult, Report } from './report.ts'
import type { Rubric } from './rubric.ts'

export interface ReportOptions {
  readonly run: Report['run']
  readonly rubric: Rubric
  readonly checks: readonly CheckResult[]
  readonly advice: readonly Advice[]
  readonly timeline: Report['timeline']
  /** Whether only a part was asked for, so that only that part counts. */
  readonly isPart: boolean
  /** Whether advice that was not taken fails the whole. */
  readonly isStrict: boolean
}

/** Adds everything up. */
export function buildReport(options: ReportOptions): Report {
  const { run, rubric, checks, advice, timeline, isPart, isStrict } = options
  const criteria = rubric.criteria
    .map(({ id, points }): CriterionResult => {
      const own = checks.filter(({ criterion }) => criterion === id)
      const isJudged = ({ status }: CheckResult) => status === 'pass' || status === 'fail'
      return {
        id,
        title: inLanguage(CRITERION_TITLES[id], run.language),
        score: sum(own.map(({ points: scored }) => scored)),
        assessable: sum(own.filter(isJudged).map(({ maxPoints }) => maxPoints)),
        maxScore: isPart ? sum(own.map(({ maxPoints }) => maxPoints)) : points,
      }
    })
    .filter(({ id }) => !isPart || checks.some(({ criterion }) => criterion === id))
  const score = sum(criteria.map((each) => each.score))
  const assessable = sum(criteria.map((each) => each.assessable))
  const wentWell =
    run.complete &&
    !checks.some(({ status }) => status === 'error') &&
    !(isStrict && advice.some(({ status }) => status === 'fail'))
  return {
    schema: 'msctl.report/v1',
    run,
    score,
    assessable,
    maxScore: sum(criteria.map(({ maxScore }) => maxScore)),
    passMark: rubric.passMark,
    passed: wentWell && assessable > 0 && score * 100 >= rubric.passMark * assessable,
    criteria,
    checks: [...checks],
    advice: [...advice],
    timeline: [...timeline],
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

const CRITERION_TITLES: Readonly<Record<CriterionId, Text>> = {
  correctness: { en: 'Correctness', ru: 'Корректность работы' },
  'code-quality': { en: 'Code quality', ru: 'Чистота кода' },
  structure: { en: 'Structure', ru: 'Структура проекта' },
  compose: { en: 'Docker Compose', ru: 'Docker Compose' },
  caching: { en: 'Caching', ru: 'Кэширование' },
  payments: { en: 'Payments', ru: 'Сервис платежей' },
  persistence: { en: 'Persistence', ru: 'Сохранность данных' },
  'circuit-breaker': { en: 'Circuit breaker', ru: 'Circuit Breaker' },
}

/** What a criterion is called. */
export function criterionTitle(id: CriterionId, language: Language): string {
  return inLanguage(CRITERION_TITLES[id], language)
}
