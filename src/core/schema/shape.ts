/**
 * The shape of the data, where the application has a schema or a version: reading what is
 * stored.
 *
 * What cannot be read is not shown and raises an event, but stays in the record, and is read
 * again by each request: with the next release it may fit. Reading never writes. What was read
 * from fields of other versions is brought to today's before the first write.
 *
 * @module
 */

import { decodeValue, encodeValue } from '../record/values.ts'
import { isSessionError } from '../errors.ts'
import type { OnEvent } from '../events.ts'
import { fieldName } from '../record/field-name.ts'
import { migrated, type Migration } from './migrations.ts'
import {
  quarantineOf,
  isOfVersion,
  keyOf,
  layerIn,
  markerOf,
  prefixOf,
  versionOf,
  type Layer,
} from './version-fields.ts'
import { defaultsOf } from './defaults.ts'
import type { PlainData } from '../data.ts'
import { accept, type StandardSchema } from './schema.ts'
import { setAside, takeOver, type Upgrade } from './upgrade.ts'

/** The part of the options that shape the data. */
export interface ShapeSettings {
  schema: StandardSchema | null
  version: number
  migrate: ReadonlyMap<number, Migration>
  /** Of one session, in bytes. */
  maxBytes: number
}

/** A session's default namespace, seen through version and schema. */
export interface Shape {
  schema: StandardSchema | null
  /** What the fields of today's version begin with. */
  prefix: string
  /** Values that the schema supplies, by field: shown where nothing is stored. */
  defaults: ReadonlyMap<string, string>
  /** What the schema turned into something else while reading, by field. */
  originals: ReadonlyMap<string, Original>
  /** What has to be written before anything else. */
  upgrade: Upgrade | null
}

/** A stored text, and what is shown for it. */
interface Original {
  stored: string
  shown: string
}

/** What is read. */
interface Reading {
  /** Where it comes from; of two values the later one counts. */
  layers: readonly Layer[]
  stored: ReadonlyMap<string, string>
  defaults: Map<string, string>
}

/** Whether a record has to be looked at for its shape: without schema and versions it has none. */
export function hasShape({ schema, version }: ShapeSettings, fields: ReadonlyMap<string, string>): boolean {
  if (schema !== null || version > 1) return true
  for (const name of fields.keys()) if (isOfVersion(name)) return true
  return false
}

/** What a shape shows in place of what is stored. */
export interface Shown {
  shape: Shape
  set: ReadonlyMap<string, string>
  deleted: readonly string[]
}

/** Reads the default namespace from the fields of a record. */
export async function openShape(
  settings: ShapeSettings,
  fields: ReadonlyMap<string, string>,
  id: string | null,
  emit: OnEvent,
): Promise<Shown> {
  const { schema, version } = settings
  const raw = new Map(fields)
  const own = layerIn(raw, version, prefixOf(version))
  const others = othersIn(raw, own)
  const { layers, stored, defaults } = await read(settings, own, others)
  // Also for what is stored now: it may be taken away before the session is opened again.
  if (schema !== null && (stored.size > 0 || layers.length === 0))
    for (const [key, value] of Object.entries(await defaultsOf(schema))) {
      const name = own.prefix + fieldName('', key)
      if (value !== undefined && !defaults.has(name)) defaults.set(name, encodeValue(value, key))
    }
  const isRefused = own.fields.size > 0 && !layers.includes(own)
  if (id !== null && (isRefused || others.some((other) => !layers.includes(other))))
    emit({ type: 'unreadable', id, what: 'data' })

  const originals = new Map<string, Original>()
  for (const [name, shown] of stored) {
    const text = raw.get(name)
    if (text !== undefined && text !== shown) originals.set(name, { stored: text, shown })
  }
  const set = new Map([...stored].filter(([name, text]) => raw.get(name) !== text))
  const deleted = [...own.fields.keys()].filter((name) => !stored.has(name))
  // A later version goes by what it holds once an earlier one writes, read or not.
  const taken = others.filter((other) => layers.includes(other) || other.version > version)
  let upgrade: Upgrade | null = null
  if (isRefused) upgrade = setAside(raw, own, settings.maxBytes)
  else if (taken.length > 0) upgrade = takeOver(raw, own, taken, stored, settings.maxBytes)
  return { shape: { schema, prefix: own.prefix, defaults, originals, upgrade }, set, deleted }
}

/**
 * What else than its own fields a version has to read: data of the version before it, unless it
 * has taken that over, and what it has set aside; or else data of the version after it.
 */
function othersIn(raw: ReadonlyMap<string, string>, { version, fields }: Layer): Layer[] {
  const versions = new Set([...raw.keys()].map(versionOf).filter((found) => found !== null))
  const isMarked = raw.has(markerOf(version))
  const older = isMarked ? 0 : Math.max(0, ...[...versions].filter((found) => found < version))
  const others = [
    ...(older > 0 ? [layerIn(raw, older, prefixOf(older))] : []),
    layerIn(raw, version, quarantineOf(version)),
  ].filter((other) => other.fields.size > 0)
  if (isMarked || fields.size > 0 || others.length > 0) return others
  const newer = Math.min(...[...versions].filter((found) => found > version))
  return [layerIn(raw, newer, prefixOf(newer))].filter((other) => other.fields.size > 0)
}

/** Reads everything; if that does not fit, its own fields alone; if these do not fit, nothing. */
async function read(settings: ShapeSettings, own: Layer, others: readonly Layer[]): Promise<Reading> {
  const isKnown = settings.schema !== null || others.every(({ version }) => version <= own.version)
  return (
    (others.length > 0 && isKnown && (await fit(settings, own.prefix, [...others, own]))) ||
    (await fit(settings, own.prefix, [own])) ||
    (await fit(settings, own.prefix, [])) || { layers: [], stored: new Map(), defaults: new Map() }
  )
}

/** Reads layers as one; `null` if that does not fit. */
async function fit(
  settings: ShapeSettings,
  prefix: string,
  layers: readonly Layer[],
): Promise<Reading | null> {
  try {
    let input: PlainData = {}
    for (const { version, prefix: from, fields } of layers) {
      const values = [...fields]
        .map(([name, text]) => [keyOf(from, name), decodeValue(text)] as const)
        .filter(([, value]) => value !== undefined)
      const data = await migrated(settings.migrate, Object.fromEntries(values), version, settings.version)
      input = { ...input, ...data }
    }
    const data = settings.schema === null ? input : await accept(settings.schema, input)
    if (data === null) return null
    const stored = new Map<string, string>()
    const defaults = new Map<string, string>()
    for (const [key, value] of Object.entries(data)) {
      const target = Object.hasOwn(input, key) ? stored : defaults
      if (value !== undefined) target.set(prefix + fieldName('', key), encodeValue(value, key))
    }
    return { layers, stored, defaults }
  } catch (error) {
    // A default that cannot be stored is a mistake in the schema, not in the data.
    const isMistake = isSessionError(error) && layers.every(({ fields }) => fields.size === 0)
    if (isMistake) throw error
    // Stored data may hold anything. A step that stumbles over it must not lock its visitor out.
    return null
  }
}
