/**
 * What has to be written before a session's first write: the fields of today's version then hold
 * what was read from elsewhere, and nothing that cannot be read.
 *
 * What it was made from stays where it is, for a release that is rolled back, as long as
 * that leaves half of the record free.
 *
 * @module
 */

import { quarantineOf, markerOf, versionOf, type Layer } from './version-fields.ts'
import { isHalfFull } from '../record/size.ts'

/** A change that fits as long as no other request has made it. */
export interface Upgrade {
  set: ReadonlyMap<string, string>
  delete: readonly string[]
  expect: ReadonlyMap<string, string | null>
}

/** The fields of a record after an upgrade, unless another request has made it already. */
export function upgraded(upgrade: Upgrade | null, fields: ReadonlyMap<string, string>): Map<string, string> {
  const result = new Map(fields)
  if (upgrade === null) return result
  for (const [name, text] of upgrade.expect) if ((fields.get(name) ?? null) !== text) return result
  for (const name of upgrade.delete) result.delete(name)
  for (const [name, text] of upgrade.set) result.set(name, text)
  return result
}

/** Brings what was read from other layers into a version's own fields. */
export function takeOver(
  raw: ReadonlyMap<string, string>,
  own: Layer,
  taken: readonly Layer[],
  stored: ReadonlyMap<string, string>,
  maxBytes: number,
): Upgrade {
  const set = new Map([...stored].filter(([name]) => !raw.has(name)))
  const removed: string[] = []
  const sources: string[] = []
  for (const { version, prefix, fields } of taken) {
    sources.push(...fields.keys())
    if (prefix === quarantineOf(version)) {
      removed.push(...fields.keys())
      // What the schema does not know is not shown, and not lost either.
      for (const [name, text] of fields) {
        const back = own.prefix + name.slice(prefix.length)
        if (!raw.has(back) && !set.has(back)) set.set(back, text)
      }
    } else {
      // From here on both versions go by what they hold, even if that is nothing.
      set.set(markerOf(own.version), '1').set(markerOf(version), '1')
      const oldest = Math.min(version, own.version)
      removed.push(...[...raw.keys()].filter((name) => (versionOf(name) ?? oldest) < oldest))
    }
  }
  const seen = [...sources, ...set.keys()].map((name) => [name, raw.get(name) ?? null] as const)
  const upgrade = { set, delete: removed, expect: new Map(seen) }
  const older = taken.find(({ version }) => version < own.version)
  if (older === undefined || !isHalfFull(upgraded(upgrade, raw), maxBytes)) return upgrade
  set.delete(markerOf(older.version))
  return { ...upgrade, delete: [...removed, ...older.fields.keys(), markerOf(older.version)] }
}

/** Moves what a version cannot read out of its fields. */
export function setAside(raw: ReadonlyMap<string, string>, own: Layer, maxBytes: number): Upgrade {
  const aside = [...own.fields].map(
    ([name, text]) => [quarantineOf(own.version) + name.slice(own.prefix.length), text] as const,
  )
  return {
    set: new Map(isHalfFull(raw, maxBytes) ? [] : aside),
    delete: [...own.fields.keys()],
    expect: own.fields,
  }
}
