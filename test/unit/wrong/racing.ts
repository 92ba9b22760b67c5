/** @module Stores that lose races, each under the title of the one test that catches it. */

import type { LoadedRecord } from '../../../src/core/store.ts'
import { but, living, others, type WrongStores } from './but.ts'

export const racing: WrongStores = {
  /** Looks, then leaps. */
  'of 20 parallel creations under one key one succeeds, and its record is kept': but((right) => ({
    async create(key, record, lifetime) {
      if (right.load(key) !== null) return false
      await others()
      right.create(key, record, lifetime)
      return true
    },
  })),

  /** Writes the names of this call with the value of the last one. */
  '20 parallel updates of 20 different fields all stay': but((right) => {
    const values = new Map<string, string>()
    return {
      async update(key, change, lifetime) {
        const [name, value] = [...(change.set ?? [])][0] ?? []
        if (change.set?.size !== 1 || Object.keys(change).length > 1)
          return right.update(key, change, lifetime)
        values.set(key, value!)
        await others()
        return right.update(key, { set: new Map([[name!, values.get(key)!]]) }, lifetime)
      },
    }
  }),

  /** Deletes by writing back what is left. */
  'fields set while others are deleted stay': but((right) => ({
    async update(key, change, lifetime) {
      const before = living(right, key)
      if (!before || !change.delete || Object.keys(change).length > 1)
        return right.update(key, change, lifetime)
      await others()
      const names = [...(living(right, key)?.fields.keys() ?? [])]
      const left = [...before.fields.keys()].filter((name) => !change.delete?.includes(name))
      return right.update(key, { delete: names.filter((name) => !left.includes(name)) }, lifetime)
    },
  })),

  /** Adds in one step, but reads the sum in another. */
  '200 parallel increments end at 200, each with its own sum': but((right) => ({
    async update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      if (result.status !== 'ok' || !change.increment || Object.keys(change).length > 1) return result
      await others()
      const fields = living(right, key)?.fields
      const sums = [...result.values.keys()].map((name) => [name, fields?.get(name) ?? null] as const)
      return { ...result, values: new Map(sums) }
    },
  })),

  /** Compares in one step and writes in another. */
  '50 parallel compare-and-set loops lose nothing': but((right) => ({
    async update(key, change, lifetime) {
      if (!change.expect?.size) return right.update(key, change, lifetime)
      const compared = right.update(key, { expect: change.expect }, lifetime)
      if (compared.status !== 'ok') return compared
      await others()
      const { expect: _expected, ...rest } = change
      return right.update(key, rest, lifetime)
    },
  })),

  /** Reads in one step and removes in another. */
  'of 20 parallel takers one gets the value': but((right) => ({
    async update(key, change, lifetime) {
      const before = living(right, key)
      if (!before || !change.take || Object.keys(change).length > 1)
        return right.update(key, change, lifetime)
      await others()
      right.update(key, change, lifetime)
      const values = change.take.map((name) => [name, before.fields.get(name) ?? null] as const)
      return { status: 'ok', values: new Map(values) }
    },
  })),

  /** Answers what it read if another was faster. */
  'of 20 parallel destroyers one gets the record': but((right) => ({
    async destroy(key, reason) {
      const before = living(right, key)
      await others()
      return right.destroy(key, reason) ?? before
    },
  })),

  /** Touches by writing back what it read. */
  'touching in parallel with updates loses no field': but((right) => ({
    async touch(key, lifetime) {
      const before = living(right, key)
      if (!before) return false
      await others()
      const names = [...(living(right, key)?.fields.keys() ?? [])]
      const added = names.filter((name) => !before.fields.has(name))
      return right.update(key, { delete: added }, lifetime).status === 'ok'
    },
  })),

  /** Creates the first field, then adds the others. */
  'no reader sees half a creation': but((right) => ({
    async create(key, record, lifetime) {
      const [first, ...rest] = record.fields
      if (!right.create(key, { ...record, fields: new Map(first ? [first] : []) }, lifetime)) return false
      await others()
      right.update(key, { set: new Map(rest) }, lifetime)
      return true
    },
  })),

  /** Deletes in one step and writes in another. */
  'no reader sees half a change': but((right) => ({
    async update(key, change, lifetime) {
      if (!change.delete || !change.set || change.expect || change.limits)
        return right.update(key, change, lifetime)
      const deleted = right.update(key, { delete: change.delete }, lifetime)
      if (deleted.status !== 'ok') return deleted
      await others()
      return right.update(key, { ...change, delete: [] }, lifetime)
    },
  })),

  /** Writes what it found alive, whatever has happened since. */
  'no interleaving of writers with a destroyer leaves or brings back a living record': but((right) => {
    const stale = new Map<string, LoadedRecord>()
    return {
      async update(key, change, lifetime) {
        const before = living(right, key)
        if (!before || !change.increment || Object.keys(change).length > 1)
          return right.update(key, change, lifetime)
        await others()
        const result = right.update(key, change, lifetime)
        if (result.status === 'gone') stale.set(key, before)
        return result
      },
      load: (key) => stale.get(key) ?? right.load(key),
    }
  }),

  /** Reads in one step and ends in another. */
  'an update that was acknowledged before the record ended is in what destroy answers': but((right) => ({
    async destroy(key, reason) {
      const before = living(right, key)
      await others()
      return right.destroy(key, reason) && before
    },
  })),
}
