/** @module Stores that mistake texts, each under the title of the one test that catches it. */

import type { StoredRecord } from '../../../src/core/store.ts'
import type { MemoryStore } from '../../../src/stores/memory.ts'
import { but, type Wrong, type WrongStores } from './but.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** A store that creates something else than it was given. */
function creating(alter: (fields: Fields) => Fields): Wrong {
  return but((right) => ({
    create: (key, { meta, fields }, lifetime) =>
      right.create(key, { meta, fields: new Map(alter([...fields])) }, lifetime),
  }))
}

/** A store that sets something else than it was given. */
function setting(alter: (fields: Fields) => Fields): Wrong {
  return but((right) => ({
    update(key, change, lifetime) {
      const set = new Map(alter([...(change.set ?? [])]))
      return right.update(key, change.set ? { ...change, set } : change, lifetime)
    },
  }))
}

/** A store that keeps records under other keys. */
function keying(right: MemoryStore, alter: (key: string) => string): ReturnType<Parameters<typeof but>[0]> {
  return {
    create: (key, record: StoredRecord, lifetime) => right.create(alter(key), record, lifetime),
    load: (key) => right.load(alter(key)),
    update: (key, change, lifetime) => right.update(alter(key), change, lifetime),
    touch: (key, lifetime) => right.touch(alter(key), lifetime),
    destroy: (key, reason) => right.destroy(alter(key), reason),
  }
}

export const naming: WrongStores = {
  /** Keeps fields in an object, where some names mean something else. */
  'field names and values of every kind come back as they were created': creating((fields) =>
    fields.filter(([name]) => !(name in {})),
  ),

  /** Tidies up what it writes. */
  'field names and values of every kind can be set, expected, taken and deleted': setting((fields) =>
    fields.map(([name, value]) => [name, value === ' ' ? '' : value]),
  ),

  'fields of every name can be incremented': but((right) => ({
    update(key, change, lifetime) {
      if (change.increment?.has('')) throw new Error('a field must have a name')
      return right.update(key, change, lifetime)
    },
  })),

  /** Reads numbers that nobody wrote. */
  'a value that looks like a number, a date or code comes back as the text it was': creating((fields) =>
    fields.map(([name, value]) => [name, /^\d+\.\d+0$/.test(value) ? `${Number(value)}` : value]),
  ),

  /** Has names without case. */
  'names that differ by case, accents, spaces or zeros are different fields': setting((fields) =>
    fields.map(([name, value]) => [name === 'A' ? 'a' : name, value]),
  ),

  /** Cuts names to what a column holds. */
  'names of 5,000 characters are told apart by the last one': setting((fields) =>
    fields.map(([name, value]) => [name.slice(0, 255), value]),
  ),

  /** Cuts values to what a column holds. */
  'a value of 96 KiB, as sealing makes of 64, comes back whole': creating((fields) =>
    fields.map(([name, value]) => [name, value.slice(0, 65_535)]),
  ),

  /** Has room for so many parameters. */
  'a thousand fields come back whole, and may be written and removed together': setting((fields) =>
    fields.slice(0, 999),
  ),

  'meta of every kind comes back as it was created': but((right) => ({
    create: (key, { meta, fields }, lifetime) => right.create(key, { meta: meta.trim(), fields }, lifetime),
  })),

  /** Has keys without case. */
  'keys of one to 200 base64url characters are told apart, also by case and by prefix': but((right) =>
    keying(right, (key) => key.toLowerCase()),
  ),
}
