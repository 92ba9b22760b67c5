/**
 * Typed data by Standard Schema: zod, valibot, arktype and others
 * (https://standardschema.dev, version 1).
 *
 * @module
 */

import type { PlainData } from '../data.ts'
import { isSessionError, SessionError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import { pathOf, reasonOf } from './reason.ts'
import type { MaybePromise } from '../store.ts'
import { stripped } from '../stripped.ts'

/** Any validator that follows Standard Schema; `Data` is what it gives out, `Input` what it takes. */
export interface StandardSchema<Data = unknown, Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Data>>
    readonly types?: { readonly input: Input; readonly output: Data } | undefined
  }
}

type SchemaResult<Data> =
  | { readonly value: Data; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] }

interface Issue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** Validates; answers `null` if the data does not fit. */
export async function accept(schema: StandardSchema, data: PlainData): Promise<PlainData | null> {
  const result = await schema['~standard'].validate(data)
  return isAnswer(result) && result.issues === undefined ? (result.value as PlainData) : null
}

/**
 * Validates; throws if the data does not fit. Answers at once if the schema does.
 * @throws `ERR_VALUE_INVALID` naming the first key, and why if that tells no value
 */
export function demand(schema: StandardSchema, data: PlainData): MaybePromise<PlainData> {
  const failed = (error: unknown): never => {
    throw threw(error, data)
  }
  let result: MaybePromise<SchemaResult<unknown>>
  try {
    result = schema['~standard'].validate(data)
  } catch (error) {
    return failed(error)
  }
  return result instanceof Promise
    ? result.catch(failed).then((late) => valueOf(late, data))
    : valueOf(result, data)
}

/** Whether it is what a Standard Schema answers. */
function isAnswer(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false
  const { issues, value } = result as { issues?: unknown; value?: unknown }
  return issues === undefined ? typeof value === 'object' && value !== null : Array.isArray(issues)
}

/** An error that a validator threw is the application's own; its text may hold the value, and anything. */
function threw(error: unknown, data: PlainData): unknown {
  if (isSessionError(error)) return error
  return new SessionError(
    'ERR_VALUE_INVALID',
    `The schema threw an error instead of refusing${reasonOf(error instanceof Error ? error : {}, data)}. Nothing was stored. Mend the validator.`,
    { cause: stripped(error) },
  )
}

function valueOf(result: SchemaResult<unknown>, data: PlainData): PlainData {
  if (!isAnswer(result)) {
    throw new SessionError(
      'ERR_VALUE_INVALID',
      'The schema answered neither data nor issues, as a Standard Schema does. Nothing was stored. Mend the validator.',
    )
  }
  if (result.issues === undefined) return result.value as PlainData
  const [issue] = result.issues
  const path = pathOf(issue ?? {}, data)
  throw new SessionError(
    'ERR_VALUE_INVALID',
    `The schema refused ${path ? quoted(path) : 'the session data'}${reasonOf(issue ?? {}, data)}. Nothing was stored.`,
  )
}
