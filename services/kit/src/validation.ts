import { type FieldError, issueText, QueryId } from '@msctl/sdk/contract'
import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify'
import * as z from 'zod/mini'
import { notFound, unprocessable } from './problems.ts'

/** Gives the handlers of a route the types of its zod schemas. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodMiniType ? z.output<this['schema']> : unknown
}

/**
 * Lets Fastify validate with zod. What does not fit is raised as a 422 that names each field; in a path it is a 404, as
 * there is nothing at such a path.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodMiniType> =
  ({ schema, httpPart, url }) =>
  (data) => {
    const parsed = z.safeParse(schema, data, { error: issueText })
    if (parsed.success) return { value: parsed.data }
    return {
      error:
        httpPart === 'params'
          ? notFound(`There is no ${url} with such an id; ids are whole numbers from 1 to 2147483647.`)
          : unprocessable(parsed.error.issues.map(toFieldError)),
    }
  }

const toFieldError = ({ path, message }: z.core.$ZodIssue): FieldError => ({ path: path.join('.'), message })

/** The parameters of a path that ends in an id. */
export const IdParams = z.object({ id: QueryId })
