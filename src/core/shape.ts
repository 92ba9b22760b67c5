/**
 * The shape of the data, where the application has a schema: reading old data under
 * today's schema, and checking writes before they leave.
 *
 * @module
 */

import { decodeValue, encodeValue } from './codec.ts'
import { SessionError } from './errors.ts'
import type { OnEvent } from './events.ts'
import { fieldName, isInternal, parseField } from './field.ts'
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
  /** Says of which version new data is. To be written along with it where nothing was stored yet. */
  stamp: ReadonlyMap<string, string>
  /** What brings the stored data into today's shape; to be written before anything else. */
  upgrade: Upgrade | null
}

/** A change that fits as long as nobody else has made it. */
export interface Upgrade {
  set: ReadonlyMap<string, string>
  delete: readonly string[]
  expect: ReadonlyMap<string, string | null>
}

/**
 * Validates stored data, after bringing it to today's version, and puts the result into
 * the journal. Data that does not fit is not shown, and replaced by the next write; the session
 * itself stays. Data of a later version, which the next deployment of a roll-out may have
 * written, is never removed.
 */
export async function openShape(
  settings: Settings,
  journal: Journal,
  id: string | null,
  emit: OnEvent,
): Promise<Shape | null> {
  const { schema, version } = settings
  if (schema === null) return null
  const fields = new Map(journal.fields)
  const stored = dataOf(fields)
  const valid = fit(await read(settings, schema, fields, stored), stored.size > 0)
  if (valid === null && stored.size > 0 && id !== null) emit({ type: 'unreadable', id, what: 'data' })
  const fitting = valid ?? new Map<string, string>()
  if (stored.size === 0) return { schema, defaults: fitting, stamp: stampOf(version), upgrade: null }

  const isOutdated = versionOf(fields) < version
  const expect = new Map<string, string | null>([[VERSION_FIELD, fields.get(VERSION_FIELD) ?? null]])
  const defaults = new Map([...fitting].filter(([name]) => !isOutdated && !stored.has(name)))
  const dropped = [...stored.keys()].filter((name) => !fitting.has(name))
  for (const name of dropped) fields.delete(name)
  for (const [name, text] of fitting) if (!defaults.has(name)) fields.set(name, text)
  journal.replace(fields)
  const shape = { schema, defaults, stamp: new Map<string, string>() }
  if (isOutdated)
    return { ...shape, upgrade: { set: new Map([...fitting, ...stampOf(version)]), delete: dropped, expect } }
  if (valid !== null || versionOf(fields) > version) return { ...shape, upgrade: null }
  for (const name of dropped) expect.set(name, stored.get(name) ?? null)
  return { ...shape, upgrade: { set: new Map(), delete: dropped, expect } }
}

/** The fields of a record, brought into today's shape unless somebody has done that already. */
export function upgraded({ upgrade }: Shape, fields: ReadonlyMap<string, string>): Map<string, string> {
  const result = new Map(fields)
  if (upgrade === null) return result
  for (const [name, text] of upgrade.expect) if ((fields.get(name) ?? null) !== text) return result
  for (const name of upgrade.delete) result.delete(name)
  for (const [name, text] of upgrade.set) result.set(name, text)
  return result
}

/** The fields that say of which version data is; none for the first. */
export function stampOf(version: number): Map<string, string> {
  return version === 1 ? new Map() : new Map([[VERSION_FIELD, String(version)]])
}

/**
 * Checks data before it is written; gives the validated values of the changed keys.
 * @throws `ERR_VALUE_INVALID`
 */
export function checkShape(
  schema: StandardSchema,
  data: PlainData,
  keys: readonly string[],
): MaybePromise<PlainData> {
  const valid = demand(schema, data)
  return valid instanceof Promise ? valid.then((all) => pick(all, data, keys)) : pick(valid, data, keys)
}

async function read(
  { version, migrate }: Settings,
  schema: StandardSchema,
  fields: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, string>,
): Promise<PlainData | null> {
  const plain = decodeAll(stored)
  const from = versionOf(fields)
  const isOld = stored.size > 0 && from < version && migrate !== null
  try {
    return await accept(schema, isOld ? await migrate(plain, from) : plain)
  } catch {
    // Stored data may hold anything. A check that stumbles over it must not lock its visitor out.
    return null
  }
}

/** Valid data as fields. A schema lets pass what no write of ours would store, such as 10,000 levels. */
function fit(data: PlainData | null, isStored: boolean): Map<string, string> | null {
  try {
    return data === null ? null : encodeAll(data)
  } catch (error) {
    if (isStored) return null
    throw error
  }
}

function versionOf(fields: ReadonlyMap<string, string>): number {
  return Number(fields.get(VERSION_FIELD) ?? 1)
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

function pick(valid: PlainData, data: PlainData, keys: readonly string[]): PlainData {
  const dropped = keys.find((key) => data[key] !== undefined && !Object.hasOwn(valid, key))
  if (dropped !== undefined) {
    throw new SessionError(
      'ERR_VALUE_INVALID',
      `The schema has no key "${dropped}". Nothing was stored. Add the key to the schema, or use a namespace.`,
    )
  }
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(valid, key) ? valid[key] : undefined]))
}
