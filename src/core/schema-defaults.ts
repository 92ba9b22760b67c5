/**
 * What a schema supplies where nothing is stored.
 *
 * A schema that demands a key refuses a session that holds nothing. Standard Schema tells no more,
 * so then each field is asked by itself, where its library shows them: zod as `shape`, valibot as
 * `entries`, arktype by `pick`.
 *
 * @module
 */

import { isObject } from './known-options.ts'
import { accept, type PlainData, type StandardSchema } from './schema.ts'

/** A field: its key, a schema, and whether that is one of an object which holds the field alone. */
type Field = readonly [key: string, schema: StandardSchema, isObjectOfOne: boolean]

const fields = new WeakMap<StandardSchema, readonly Field[]>()

/** The values that a schema supplies; none of a schema that throws. */
export async function defaultsOf(schema: StandardSchema): Promise<PlainData> {
  const all = await accept(schema, {}).catch(() => null)
  if (all !== null) return all
  const supplied: PlainData = {}
  for (const [key, part, isObjectOfOne] of fieldsOf(schema)) {
    const value = await supply(part, isObjectOfOne ? {} : undefined)
    supplied[key] = isObjectOfOne ? (value as PlainData | undefined)?.[key] : value
  }
  return supplied
}

async function supply(schema: StandardSchema, nothing: unknown): Promise<unknown> {
  try {
    const result = await schema['~standard'].validate(nothing)
    return result.issues === undefined ? result.value : undefined
  } catch {
    return undefined
  }
}

function fieldsOf(schema: StandardSchema): readonly Field[] {
  let known = fields.get(schema)
  if (known === undefined) fields.set(schema, (known = findFields(schema)))
  return known
}

function findFields(schema: StandardSchema): Field[] {
  const { shape, entries } = schema as { shape?: unknown; entries?: unknown }
  const parts = shape ?? entries
  if (isObject(parts)) return Object.entries(parts).map(([key, part]) => [key, part as StandardSchema, false])
  try {
    const { props } = schema as unknown as { props?: readonly { key: string }[] }
    return (props ?? []).map(({ key }) => [
      key,
      (schema as unknown as { pick: (key: string) => StandardSchema }).pick(key),
      true,
    ])
  } catch {
    return []
  }
}
