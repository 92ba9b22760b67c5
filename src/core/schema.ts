/**
 * Typed data by Standard Schema: zod, valibot, arktype and others
 * (https://standardschema.dev, version 1).
 *
 * @module
 */

import { SessionError } from './errors.ts'
import { quoted } from './quoted.ts'
import { reasonOf } from './schema-reason.ts'
import type { MaybePromise } from './store.ts'

/** Any validator that follows Standard Schema; `Data` is what it gives out. */
export interface StandardSchema<Data = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Data>>
    readonly types?: { readonly input: unknown; readonly output: Data } | undefined
  }
}

type SchemaResult<Data> =
  | { readonly value: Data; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] }

interface Issue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** Data by key, as validators see it. */
export type PlainData = Record<string, unknown>

/** Validates; answers `null` if the data does not fit. */
export async function accept(schema: StandardSchema, data: PlainData): Promise<PlainData | null> {
  const result = await schema['~standard'].validate(data)
  return result.issues === undefined ? (result.value as PlainData) : null
}

/**
 * Validates; throws if the data does not fit. Answers at once if the schema does.
 * @throws `ERR_VALUE_INVALID` naming the first key, and why if that tells no value
 */
export function demand(schema: StandardSchema, data: PlainData): MaybePromise<PlainData> {
  const result = schema['~standard'].validate(data)
  return result instanceof Promise ? result.then((late) => valueOf(late, data)) : valueOf(result, data)
}

function valueOf(result: SchemaResult<unknown>, data: PlainData): PlainData {
  if (result.issues === undefined) return result.value as PlainData
  const [issue] = result.issues
  const path = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  throw new SessionError(
    'ERR_VALUE_INVALID',
    `The schema refused ${path ? quoted(path) : 'the session data'}${reasonOf(issue ?? {}, data)}. Nothing was stored.`,
  )
}
