import type { FieldError } from '@msctl/sdk/contract'
import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify'
import * as z from 'zod/mini'
import english from 'zod/v4/locales/en.js'
import { unprocessable } from './problems.ts'

// zod/mini comes without messages; a 422 needs them.
z.config(english())

/** Gives the handlers of a route the types of its zod schemas. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodMiniType ? z.output<this['schema']> : unknown
}

/** Lets Fastify validate with zod. What does not fit is raised as a 422 that names each field. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodMiniType> =
  ({ schema }) =>
  (data) => {
    const parsed = z.safeParse(schema, data)
    return parsed.success
      ? { value: parsed.data }
      : { error: unprocessable(parsed.error.issues.map(toFieldError)) }
  }

const toFieldError = ({ path, message }: z.core.$ZodIssue): FieldError => ({ path: path.join('.'), message })
