/**
 * What a `Change` does to a map of fields, for stores that hold the whole record.
 *
 * @module
 */

import { outgrows } from '../../core/record/byte-size.ts'
import type { Change, UpdateResult } from '../../core/store.ts'

/** Decimal text as JavaScript and Redis both write it: no sign but minus, no leading zero, no `-0`. */
const INTEGER = /^(?:0|-?[1-9]\d*)$/

/** The fields after the change with the answer to give, or `null` for them if nothing is to be written. */
export interface AppliedChange {
  fields: Map<string, string> | null
  result: Exclude<UpdateResult, { status: 'gone' }>
}

/** Applies a change to a copy of the fields; the given map stays as it is. */
export function applyChange(before: ReadonlyMap<string, string>, change: Change): AppliedChange {
  for (const [name, value] of change.expect ?? []) {
    if ((before.get(name) ?? null) !== value) return { fields: null, result: { status: 'conflict' } }
  }
  const fields = new Map(before)
  const values = new Map<string, string | null>()
  const notIntegers: string[] = []
  for (const [name, value] of change.set ?? []) fields.set(name, value)
  for (const name of change.delete ?? []) fields.delete(name)
  for (const name of change.take ?? []) {
    values.set(name, fields.get(name) ?? null)
    fields.delete(name)
  }
  for (const [name, by] of change.increment ?? []) {
    const sum = addInteger(fields.get(name) ?? '0', by)
    if (sum === null) {
      notIntegers.push(name)
      continue
    }
    fields.set(name, sum)
    values.set(name, sum)
  }
  if (change.limits !== undefined && outgrows(before, fields, change.limits))
    return { fields: null, result: { status: 'too-large' } }
  const result = { status: 'ok' as const, values }
  return { fields, result: notIntegers.length > 0 ? { ...result, notIntegers } : result }
}

/** A copy for later: the maps of the original belong to the caller. */
export function copyOf(change: Change): Change {
  return {
    set: new Map(change.set),
    delete: [...(change.delete ?? [])],
    increment: new Map(change.increment),
    take: [...(change.take ?? [])],
    expect: new Map(change.expect),
    ...(change.limits !== undefined && { limits: { ...change.limits } }),
  }
}

/** The sum as decimal text, or `null` if there is no integer to add to or no safe sum. */
function addInteger(text: string, by: number): string | null {
  if (!INTEGER.test(text)) return null
  const held = Number(text)
  const sum = held + by
  return Number.isSafeInteger(held) && Number.isSafeInteger(sum) ? String(sum) : null
}
