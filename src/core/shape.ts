/**
 * The shape of the data, where the application has a schema: reading old data under
 * today's schema, and checking writes before they leave.
 *
 * @module
 */

import { decodeValue, encodeValue } from './codec.ts'
import type { OnEvent } from './events.ts'
import { fieldName, parseField } from './field.ts'
import type { Journal } from './journal.ts'
import type { Settings } from './options.ts'
import { accept, demand, type PlainData, type StandardSchema } from './schema.ts'
import type { MaybePromise } from './store.ts'

/** Holds the version of the data. No key is ever encoded to this name. */
const VERSION_FIELD = '%version'

/** A session's default namespace, seen through the schema. */
export interface Shape {
  schema: StandardSchema
  /** Values that the schema supplies where nothing is stored. */
  defaults: ReadonlyMap<string, string>
  /** What the next write has to bring along so that the stored data fits today's schema. */
  upgrade: { set: Map<string, string>; delete: string[] } | null
}

/**
 * Validates stored data, after bringing it to today's version, and puts the result into
 * the journal. Data that does not fit is not shown, and replaced by the next write; the
 * session itself stays.
 */
export async function openShape(
  settings: Settings,
  journal: Journal,
  id: string | null,
  emit: OnEvent,
): Promise<Shape | null> {
  const { schema, version, migrate } = settings
  if (schema === null) return null
  const stored = dataOf(journal.fields)
  const storedVersion = Number(journal.fields.get(VERSION_FIELD) ?? 1)
  const outdated = stored.size > 0 && storedVersion < version
  const plain = decodeAll(stored)
  const data = await accept(schema, outdated && migrate !== null ? await migrate(plain, storedVersion) : plain)
  if (data === null && stored.size > 0 && id !== null) emit({ type: 'unreadable', id, what: 'data' })
  const fitting = encodeAll(data ?? {})
  if (stored.size === 0) return { schema, defaults: fitting, upgrade: versionUpgrade(version) }

  const defaults = new Map<string, string>()
  for (const [name, text] of fitting) if (!outdated && !stored.has(name)) defaults.set(name, text)
  const dropped = [...stored.keys()].filter((name) => !fitting.has(name))
  const fields = new Map(journal.fields)
  for (const name of dropped) fields.delete(name)
  for (const [name, text] of fitting) if (!defaults.has(name)) fields.set(name, text)
  journal.replace(fields)
  if (!outdated) return { schema, defaults, upgrade: dropped.length > 0 ? { set: new Map(), delete: dropped } : null }
  return { schema, defaults, upgrade: { set: new Map([...fitting, [VERSION_FIELD, String(version)]]), delete: dropped } }
}

/**
 * Checks data before it is written; gives the validated values of the changed keys.
 * @throws `ERR_VALUE_INVALID`
 */
export function checkShape(schema: StandardSchema, data: PlainData, keys: readonly string[]): MaybePromise<PlainData> {
  const valid = demand(schema, data)
  return valid instanceof Promise ? valid.then((all) => pick(all, keys)) : pick(valid, keys)
}

/** Whether a field is ours and not the application's. */
export function isInternal(name: string): boolean {
  return name === VERSION_FIELD || name.startsWith('%flash/')
}

function versionUpgrade(version: number): Shape['upgrade'] {
  return version === 1 ? null : { set: new Map([[VERSION_FIELD, String(version)]]), delete: [] }
}

function dataOf(fields: ReadonlyMap<string, string>): Map<string, string> {
  const own = [...fields].filter(([name]) => !isInternal(name) && parseField(name).namespace === '')
  return new Map(own)
}

function decodeAll(fields: ReadonlyMap<string, string>): PlainData {
  return Object.fromEntries([...fields].map(([name, text]) => [parseField(name).key, decodeValue(text)]))
}

function encodeAll(data: PlainData): Map<string, string> {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined)
  return new Map(entries.map(([key, value]) => [fieldName('', key), encodeValue(value, key)]))
}

function pick(data: PlainData, keys: readonly string[]): PlainData {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(data, key)).map((key) => [key, data[key]]))
}
