/**
 * Which data a sign-in carries over.
 *
 * @module
 */

import { isInternal, parseField } from '../record/field-name.ts'
import { isIn, keyOf, prefixOf, versionOf } from '../schema/version-fields.ts'

/** Which data a sign-in carries over; keys are those of the default namespace. */
export type Keep = boolean | { keys?: readonly string[]; namespaces?: readonly string[] }

/** Chooses the fields that come along, by the names that the store knows. */
export function keptFields(old: ReadonlyMap<string, string>, keep: Keep): Map<string, string> {
  if (keep === true) return new Map(old)
  if (keep === false) return new Map()
  const keys = new Set(keep.keys ?? [])
  const namespaces = new Set(keep.namespaces ?? [])
  return new Map(
    [...old].filter(([name]) => {
      const version = versionOf(name)
      if (version === null) return !isInternal(name) && namespaces.has(parseField(name).namespace)
      const prefix = prefixOf(version)
      // Beside the values of a version there may be its mark.
      const isNamed = isIn(prefix, name) ? keys.has(keyOf(prefix, name)) : keys.size > 0
      return isNamed || namespaces.has('')
    }),
  )
}
