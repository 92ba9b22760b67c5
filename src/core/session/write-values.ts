/**
 * Writing the values of one namespace.
 *
 * @module
 */

import { encodeValues } from '../record/encoded-values.ts'
import { exchange } from './update.ts'
import { notInteger, notList } from '../session-errors.ts'
import type { PlainData } from '../data.ts'
import type { MaybePromise } from '../store.ts'
import type { View } from '../request/view.ts'

/** Computes a value from the one that is shown. */
export type Compute = (current: unknown) => MaybePromise<unknown>

/** Writes values; `undefined` removes. */
export async function writeValues(view: View, chosen: () => PlainData): Promise<void> {
  const values = chosen()
  if (isNothing(view) && Object.values(values).every((value) => value === undefined)) return
  const upgrade = view.prepare()
  if (upgrade !== null) await upgrade
  const encoded = view.encode(values)
  const { set, removed } = encoded instanceof Promise ? await encoded : encoded
  const { journal } = view.current
  const writes: Promise<unknown>[] = []
  if (set.size > 0) writes.push(journal.set(set))
  if (removed.length > 0 && !isNothing(view)) writes.push(journal.delete(removed))
  await Promise.all(writes)
}

/** Removes values. */
export function removeValues(view: View, keys: readonly string[]): Promise<void> {
  return writeValues(view, () => Object.fromEntries(keys.map((key) => [key, undefined])))
}

/** Computes a value until no other writer interferes, and answers what was stored. */
export async function updateValue(view: View, key: string, compute: Compute): Promise<unknown> {
  const upgrade = view.prepare()
  if (upgrade !== null) await upgrade
  let stored: unknown
  const name = view.nameOf(key)
  await exchange(view.current, {
    key,
    name,
    compute: () => compute(view.value(key)),
    encode: async (next) => {
      const valid = await view.validate({ [key]: next }, [key])
      stored = valid[key]
      return encodeValues(valid, [key], () => name)
    },
    storedFor: (shown) => view.storedFor(name, shown),
    reload: () => view.reload(),
  })
  return stored
}

/**
 * Adds to an integer.
 * @throws `ERR_NOT_INTEGER`
 */
export async function incrementValue(view: View, key: string, by: number): Promise<number> {
  if (!Number.isSafeInteger(by)) throw notInteger(key)
  const upgrade = view.prepare()
  if (upgrade !== null) await upgrade
  if (!view.isStored(key)) return incrementShown(view, key, by)
  const result = await view.current.journal.increment(view.nameOf(key), by)
  if (result === null) throw notInteger(key)
  return result
}

/**
 * Adds items at the end of a list.
 * @throws `ERR_VALUE_INVALID` if the value is not a list
 */
export async function appendItems(view: View, key: string, items: readonly unknown[]): Promise<void> {
  await updateValue(view, key, (current) => {
    const list = current ?? []
    if (!Array.isArray(list)) throw notList(key)
    return [...list, ...items]
  })
}

/** Reads a value and removes it. */
export async function takeValue(view: View, key: string): Promise<unknown> {
  if (isNothing(view)) return undefined
  const upgrade = view.prepare()
  if (upgrade !== null) await upgrade
  const name = view.nameOf(key)
  const text = await view.current.journal.take(name)
  return text === null ? undefined : view.decode(view.shownFor(name, text))
}

/** A store counts from what it holds, or 0; the schema may show something else. */
async function incrementShown(view: View, key: string, by: number): Promise<number> {
  const result = await updateValue(view, key, (current) => {
    const sum = Number.isSafeInteger(current) ? Number(current) + by : Number.NaN
    if (!Number.isSafeInteger(sum)) throw notInteger(key)
    return sum
  })
  return result as number
}

/** Whether there is no record and none is on its way, so that there is nothing to remove. */
function isNothing({ current }: View): boolean {
  return current.living === null && current.journal.isIdle
}
