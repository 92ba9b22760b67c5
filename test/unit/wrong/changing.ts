/** @module Stores that change wrongly, each under the title of the one test that catches it. */

import type { UpdateResult } from '../../../src/core/store.ts'
import { but, living, type WrongStores } from './but.ts'

const INTEGER = /^(?:0|-?[1-9]\d*)$/
const GONE: UpdateResult = { status: 'gone' }

export const changing: WrongStores = {
  /** Compares before it looks whether there is anything. */
  'updating a missing record answers gone and creates nothing': but((right) => ({
    update(key, change, lifetime) {
      if (change.expect?.get('a') === '1' && right.load(key) === null) return { status: 'conflict' }
      return right.update(key, change, lifetime)
    },
  })),

  /** Replaces the record when it writes several fields. */
  'setting fields writes those and leaves the others and the meta': but((right) => ({
    update(key, change, lifetime) {
      const isPlain = Object.keys(change).length === 1 && (change.set?.size ?? 0) > 1
      if (!isPlain) return right.update(key, change, lifetime)
      const names = [...(living(right, key)?.fields.keys() ?? [])]
      return right.update(
        key,
        { ...change, delete: names.filter((name) => !change.set?.has(name)) },
        lifetime,
      )
    },
  })),

  'deleting fields removes those, and a missing one is no error': but((right) => ({
    update(key, change, lifetime) {
      const fields = living(right, key)?.fields
      if (change.delete?.some((name) => fields?.has(name) === false)) throw new Error('no such field')
      return right.update(key, change, lifetime)
    },
  })),

  /** Finds a record by its fields, as an inner join does. */
  'a record lives without fields, whether it began so or lost its last one': but((right) => ({
    load: (key) => (living(right, key)?.fields.size === 0 ? null : right.load(key)),
  })),

  /** Leaves out what was not there. */
  'taking a field answers what it held and removes it; a missing one is null': but((right) => ({
    update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      if (result.status !== 'ok') return result
      return { ...result, values: new Map([...result.values].filter(([, value]) => value !== null)) }
    },
  })),

  /** Forgets to delete when there is something to write. */
  'one change may set, delete, increment, take and expect together': but((right) => ({
    update(key, change, lifetime) {
      const forgets = change.set?.size && !change.limits
      return right.update(key, forgets ? { ...change, delete: [] } : change, lifetime)
    },
  })),

  /** Writes `IN ()`, which is no SQL. */
  'a change whose parts are all empty is done': but((right) => ({
    update(key, change, lifetime) {
      if (change.take?.length === 0) throw new Error('syntax error at or near ")"')
      return right.update(key, change, lifetime)
    },
  })),

  /** Asks how many rows have changed, where a row that stays the same does not count. */
  'writing what is there already is done, and so is touching to the same deadline': but((right) => ({
    update(key, change, lifetime) {
      const before = living(right, key)
      const result = right.update(key, change, lifetime)
      const after = living(right, key)
      if (!change.set?.size || before?.expiresIn !== after?.expiresIn) return result
      const isSame = [...change.set].every(([name, value]) => before?.fields.get(name) === value)
      return isSame && Object.keys(change).length === 1 ? GONE : result
    },
  })),

  /** Has a zero with a sign. */
  'incrementing adds to the stored integer, from 0 if missing, and answers the sum': but((right) => ({
    update(key, change, lifetime) {
      const before = living(right, key)?.fields
      const result = right.update(key, change, lifetime)
      if (result.status !== 'ok') return result
      const values = [...result.values].map(([name, value]) => {
        const fromBelow = change.increment?.has(name) && before?.get(name)?.startsWith('-')
        return [name, fromBelow && value === '0' ? '-0' : value] as const
      })
      return { ...result, values: new Map(values) }
    },
  })),

  /** Keeps counters apart from fields. */
  'a field that was incremented is a field like any other': but((right) => {
    const counters = new Map<string, string>()
    return {
      update(key, change, lifetime) {
        for (const name of change.increment?.keys() ?? []) {
          const counter = counters.get(`${key} ${name}`)
          const isInteger = INTEGER.test(living(right, key)?.fields.get(name) ?? '0')
          if (counter !== undefined && isInteger)
            right.update(key, { set: new Map([[name, counter]]) }, lifetime)
        }
        const result = right.update(key, change, lifetime)
        if (result.status !== 'ok') return result
        for (const name of change.increment?.keys() ?? []) {
          const sum = result.values.get(name)
          if (sum != null) counters.set(`${key} ${name}`, sum)
        }
        return result
      },
    }
  }),

  /** Reads numbers as leniently as many languages do. */
  'incrementing what is no integer is reported, leaves it, and applies the rest': but((right) => ({
    update(key, change, lifetime) {
      const fields = living(right, key)?.fields
      const names = [...(change.increment?.keys() ?? [])].filter((name) => fields?.get(name) === '1\n')
      if (names.length > 0) right.update(key, { set: new Map(names.map((name) => [name, '1'])) }, lifetime)
      return right.update(key, change, lifetime)
    },
  })),

  /** Stops one short of the end. */
  'incrementing reaches both ends of the safe range and never leaves it': but((right) => ({
    update(key, change, lifetime) {
      const fields = living(right, key)?.fields
      const isLast = ([name, by]: [string, number]) =>
        Number(fields?.get(name)) + by === Number.MAX_SAFE_INTEGER
      const refused = [...(change.increment ?? [])].filter(isLast).map(([name]) => name)
      if (refused.length === 0) return right.update(key, change, lifetime)
      const increment = new Map([...(change.increment ?? [])].filter(([name]) => !refused.includes(name)))
      const result = right.update(key, { ...change, increment }, lifetime)
      return result.status === 'ok' ? { ...result, notIntegers: refused } : result
    },
  })),

  /** Can expect one field to be absent, not two. */
  'a change whose expectation holds is applied': but((right) => ({
    update(key, change, lifetime) {
      const absent = [...(change.expect ?? [])].filter(([, value]) => value === null)
      return absent.length > 1 ? { status: 'conflict' } : right.update(key, change, lifetime)
    },
  })),

  /** Takes first and compares afterwards. */
  'a change whose expectation fails answers conflict and writes nothing at all': but((right) => ({
    update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      if (result.status === 'conflict' && change.take) right.update(key, { take: change.take }, lifetime)
      return result
    },
  })),

  /** Cannot tell '' from NULL, as Oracle cannot. */
  'an expectation tells an empty value from a missing field': but((right) => ({
    update(key, { expect: expected, ...change }, lifetime) {
      const fields = living(right, key)?.fields
      const alike = [...(expected ?? [])].map(
        ([name, value]) => [name, value === null && fields?.get(name) === '' ? '' : value] as const,
      )
      return right.update(key, expected ? { ...change, expect: new Map(alike) } : change, lifetime)
    },
  })),

  /** Compares by a collation. */
  'an expectation compares texts exactly, not by case, accents, spaces or number': but((right) => ({
    update(key, { expect: expected, ...change }, lifetime) {
      const fields = living(right, key)?.fields
      const alike = [...(expected ?? [])].map(([name, value]) => {
        const held = fields?.get(name)
        return [name, held?.toLowerCase() === value?.toLowerCase() ? (held ?? null) : value] as const
      })
      return right.update(key, expected ? { ...change, expect: new Map(alike) } : change, lifetime)
    },
  })),
}
