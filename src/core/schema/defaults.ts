/**
 * What a schema supplies where nothing is stored.
 *
 * A schema that demands a key refuses a session that holds nothing, and Standard Schema tells no more.
 * Then each field is asked by itself, where its library shows them: zod as `shape`, valibot as
 * `entries`, arktype as `props`.
 *
 * @module
 */

import type { PlainData } from '../data.ts'
import type { StandardSchema } from './schema.ts'

/** The part of these libraries that shows the fields of a schema. */
interface Fields {
  shape?: Record<string, StandardSchema>
  entries?: Record<string, StandardSchema>
  props?: { key: string; value: StandardSchema; default?: unknown }[]
}

/** The values that a schema supplies. What it throws is left to the read, which tells it. */
export async function defaultsOf(schema: StandardSchema): Promise<PlainData> {
  const values: PlainData = {}
  try {
    const all = await supplied(schema, {})
    if (all !== undefined) return all as PlainData
    const { shape, entries, props } = schema as Fields
    for (const [key, field] of Object.entries(shape ?? entries ?? {})) values[key] = await supplied(field)
    for (const { key, value, default: it } of props ?? [])
      values[key] = await supplied(value, typeof it === 'function' ? it() : it)
  } catch {}
  return values
}

/** What comes out for nothing; `undefined` if that is refused. */
async function supplied(schema: StandardSchema, nothing?: unknown): Promise<unknown> {
  const result = await schema['~standard'].validate(nothing)
  return result.issues === undefined ? result.value : undefined
}
