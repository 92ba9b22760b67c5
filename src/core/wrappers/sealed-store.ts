/**
 * A store that sees nothing of what it keeps: meta and values are sealed on their way
 * there, and unsealed on their way back.
 *
 * In clear remain a record's key (a hash), its deadlines, how it ended, and the names,
 * number and sizes of its fields. A record of which anything cannot be unsealed comes back
 * without meta and fields, and so counts as unreadable; it is left in place.
 *
 * No store can add to ciphertext, or compare what is behind it. Those changes are computed
 * here, and stored on condition that the ciphertext they came from is still there. So are those of
 * which the ciphertext alone would be too large.
 *
 * @module
 */

import { decodeInteger } from '../record/values.ts'
import { backOff, Lines } from '../contention.ts'
import { sealedLimits } from './sealed-size.ts'
import type { RecordSealer, Sealer } from './sealer.ts'
import {
  isAlive,
  type Change,
  type Lifetime,
  type LoadedRecord,
  type Store,
  type StoredRecord,
  type UpdateResult,
} from '../store.ts'
import { wrapStore } from './wrap.ts'

/** A change in ciphertext, with what the answer will say of the increments in it. */
interface Computed {
  change: Change
  sums: ReadonlyMap<string, string>
  notIntegers: readonly string[]
}

const ATTEMPTS = 100
/** By record. */
const lines = new Lines()

/** Wraps a store. */
export function sealedStore(store: Store, sealer: Sealer): Store {
  return {
    ...wrapStore(store, () => (work) => work()),
    async create(key, record, lifetime) {
      return store.create(key, await sealRecord(sealer.forRecord(key), record), lifetime)
    },
    async load(key, list) {
      const answer = await store.load(key, list)
      if (!isAlive(answer)) return answer
      return (await unsealRecord(sealer.forRecord(key), answer)) ?? unreadable(answer)
    },
    async update(key, change, lifetime) {
      const record = sealer.forRecord(key)
      // In line, one attempt is enough, as far as this process goes.
      const computed = () => lines.run(key, () => compute(store, record, key, change, lifetime))
      if (change.increment?.size || change.expect?.size) return computed()
      const set = await sealFields(record, change.set ?? new Map())
      const result = await store.update(key, { ...change, set }, lifetime)
      // Ciphertext is longer than what limits are meant for: it may still fit.
      return result.status === 'too-large' ? computed() : unsealResult(record, result)
    },
    async destroy(key, reason) {
      const answer = await store.destroy(key, reason)
      if (answer === null) return null
      const record = await unsealRecord(sealer.forRecord(key), answer)
      // Nothing could be handed on to a successor.
      return record ?? (reason === 'rotated' ? null : unreadable(answer))
    },
  }
}

/** Repeats a change that others got in the way of, until it is stored or pointless. */
async function compute(
  store: Store,
  record: RecordSealer,
  key: string,
  change: Change,
  lifetime: Lifetime,
): Promise<UpdateResult> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 1) await backOff(attempt)
    const answer = await store.load(key)
    if (!isAlive(answer)) return { status: 'gone', ...answer }
    const held = await heldBy(record, answer.fields, change)
    if (held === null) return { status: 'gone' }
    for (const [name, text] of change.expect ?? []) if (held.get(name) !== text) return { status: 'conflict' }
    const computed = await computeFrom(record, answer.fields, held, change)
    const limits = change.limits && sealedLimits(answer.fields, computed.change, change.limits)
    if (limits === null) return { status: 'too-large' }
    const result = await store.update(key, { ...computed.change, ...(limits && { limits }) }, lifetime)
    const isOvertaken = result.status === 'conflict' || result.status === 'too-large'
    if (!isOvertaken) return unsealResult(record, result, computed)
  }
  return { status: 'conflict' }
}

/** What is behind the fields that a change depends on; `null` if that cannot be known. */
async function heldBy(
  record: RecordSealer,
  fields: ReadonlyMap<string, string>,
  { expect, increment }: Change,
): Promise<Map<string, string | null> | null> {
  const held = new Map<string, string | null>()
  for (const name of [...(expect?.keys() ?? []), ...(increment?.keys() ?? [])]) {
    const sealed = fields.get(name)
    const text = sealed === undefined ? null : await record.unseal(name, sealed)
    if (text === null && sealed !== undefined) return null
    held.set(name, text)
  }
  return held
}

async function computeFrom(
  record: RecordSealer,
  fields: ReadonlyMap<string, string>,
  held: ReadonlyMap<string, string | null>,
  change: Change,
): Promise<Computed> {
  const sums = new Map<string, string>()
  const notIntegers: string[] = []
  for (const [name, by] of change.increment ?? []) {
    const from = decodeInteger(held.get(name) ?? '0') ?? Number.NaN
    if (Number.isSafeInteger(from) && Number.isSafeInteger(from + by)) sums.set(name, String(from + by))
    else notIntegers.push(name)
  }
  const set = await sealFields(record, new Map([...(change.set ?? []), ...sums]))
  const expect = new Map([...held.keys()].map((name) => [name, fields.get(name) ?? null]))
  const { delete: removed = [], take = [] } = change
  return { change: { set, delete: removed, take, expect }, sums, notIntegers }
}

async function unsealResult(
  record: RecordSealer,
  result: UpdateResult,
  { sums, notIntegers }: Pick<Computed, 'sums' | 'notIntegers'> = { sums: new Map(), notIntegers: [] },
): Promise<UpdateResult> {
  if (result.status !== 'ok') return result
  const values = new Map<string, string | null>(sums)
  for (const [name, sealed] of result.values) {
    const text = sealed === null ? null : await record.unseal(name, sealed)
    if (text === null && sealed !== null) return { status: 'gone' }
    values.set(name, text)
  }
  return { status: 'ok', values, ...(notIntegers.length > 0 && { notIntegers }) }
}

async function sealRecord(record: RecordSealer, { meta, fields }: StoredRecord): Promise<StoredRecord> {
  return { meta: await record.seal(null, meta), fields: await sealFields(record, fields) }
}

async function sealFields(
  record: RecordSealer,
  fields: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      [...fields].map(async ([name, text]) => [name, await record.seal(name, text)] as const),
    ),
  )
}

async function unsealRecord(record: RecordSealer, loaded: LoadedRecord): Promise<LoadedRecord | null> {
  const meta = await record.unseal(null, loaded.meta)
  if (meta === null) return null
  const texts = await Promise.all([...loaded.fields].map(([name, sealed]) => record.unseal(name, sealed)))
  const fields = new Map<string, string>()
  for (const [at, name] of [...loaded.fields.keys()].entries()) {
    const text = texts[at]
    if (text == null) return null
    fields.set(name, text)
  }
  return { ...loaded, meta, fields }
}

/** What no reader takes for a record of ours. */
function unreadable(record: LoadedRecord): LoadedRecord {
  return { ...record, meta: '', fields: new Map() }
}
