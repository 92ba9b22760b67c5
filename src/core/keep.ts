/**
 * Which data a sign-in carries over.
 *
 * @module
 */

import { fieldName, isInternal, parseField } from './field.ts'

/** Which data a sign-in carries over; keys are those of the default namespace. */
export type Keep = boolean | { keys?: readonly string[]; namespaces?: readonly string[] }

/** Chooses the fields that come along, by the names that the store knows. */
export function kept(old: ReadonlyMap<string, string>, keep: Keep): Map<string, string> {
  if (keep === true) return new Map(old)
  if (keep === false) return new Map()
  const names = new Set((keep.keys ?? []).map((key) => fieldName('', key)))
  const namespaces = new Set(keep.namespaces ?? [])
  return new Map(
    [...old].filter(
      ([name]) => names.has(name) || (!isInternal(name) && namespaces.has(parseField(name).namespace)),
    ),
  )
}
