/**
 * Where the data of each version stands in a record.
 *
 * Releases with different versions of the data may serve one session, while a deployment is
 * rolled out or back. Each writes to fields of its own, so in any order of writes, none
 * touches what another one wrote:
 *
 * | field | holds |
 * |---|---|
 * | `theme` | a value of version 1 |
 * | `%v2/theme` | a value of version 2 |
 * | `%v2` | no value: version 2 has taken over what it could, even if nothing is left of it |
 * | `%aside2/theme` | a value that was set aside, since version 2 could not read it |
 *
 * @module
 */

import { isInternal, parseField } from '../record/field-name.ts'

/** Values of one version under one prefix, by field. */
export interface Layer {
  version: number
  prefix: string
  fields: ReadonlyMap<string, string>
}

const VERSION = /^%v(\d+)(?:\/|$)/
const OF_VERSION = /^%(?:v|aside)\d/

/** Whether a field is there only where versions and schemas are. */
export function isOfVersion(name: string): boolean {
  return name[0] === '%' && OF_VERSION.test(name)
}

/** What the fields of a version begin with. */
export function prefixOf(version: number): string {
  return version === 1 ? '' : `${markerOf(version)}/`
}

/** The field that says that a version has taken over what it could. */
export function markerOf(version: number): string {
  return `%v${version}`
}

/** What the fields begin with that a version has set aside. */
export function quarantineOf(version: number): string {
  return `%aside${version}/`
}

/** Whether a field holds a value under a prefix. */
export function isIn(prefix: string, name: string): boolean {
  return prefix === '' ? !name.includes('/') && !isInternal(name) : name.startsWith(prefix)
}

/** The version that a field belongs to; `null` for namespaces and for what is set aside. */
export function versionOf(name: string): number | null {
  if (isIn('', name)) return 1
  const version = name[0] === '%' ? VERSION.exec(name)?.[1] : undefined
  return version === undefined ? null : Number(version)
}

/** The key of a field of the default namespace, of any version. */
export function keyOf(prefix: string, name: string): string {
  return parseField(name.slice(prefix.length)).key
}

/** The values that a record holds under a prefix. */
export function layerIn(record: ReadonlyMap<string, string>, version: number, prefix: string): Layer {
  return { version, prefix, fields: new Map([...record].filter(([name]) => isIn(prefix, name))) }
}
