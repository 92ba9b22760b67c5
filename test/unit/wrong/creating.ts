/** @module Stores that create and load wrongly, each under the title of the one test that catches it. */

import type { LoadedRecord } from '../../../src/core/store.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { but, living, others, plain, secondBut, type WrongStores } from './but.ts'

export const creating: WrongStores = {
  /** Answers pairs instead of a map. */
  'a created record is loaded with its meta and its fields': but((right) => ({
    load(key) {
      const record = living(right, key)
      if (record === null) return right.load(key)
      return { ...record, fields: [...record.fields] } as unknown as LoadedRecord
    },
  })),

  /** Takes whatever it does not find for timed out. */
  'a missing record loads as null': but((right) => ({
    load: (key) => right.load(key) ?? { ended: 'idle' },
  })),

  /** Says no, but moves the deadline. */
  'creating under a taken key answers false and changes nothing': but((right) => ({
    create: (key, record, lifetime) => !right.touch(key, lifetime) && right.create(key, record, lifetime),
  })),

  /** Keeps what it has read until it writes itself. */
  'what one store object creates, changes, touches or ends, another sees at once': secondBut((right) => {
    const cache = new Map<string, LoadedRecord>()
    const fresh = (key: string): string => {
      cache.delete(key)
      return key
    }
    return {
      load(key) {
        const cached = cache.get(key)
        if (cached && cached.now + cached.expiresIn > right.now()) return cached
        const record = living(right, fresh(key))
        if (record) cache.set(key, record)
        return right.load(key)
      },
      update: (key, change, lifetime) => right.update(fresh(key), change, lifetime),
      touch: (key, lifetime) => right.touch(fresh(key), lifetime),
      destroy: (key, reason) => right.destroy(fresh(key), reason),
    }
  }),

  /** Keeps in itself what belongs to one call. */
  'records under different keys do not touch each other, also when they are used at once': but((right) => {
    let current = ''
    return {
      async load(key) {
        current = key
        await others()
        return right.load(current)
      },
    }
  }),

  /** Keeps the map it was given. */
  'changing a map after handing it over changes nothing in the store': but((right) => {
    const given = new Map<string, ReadonlyMap<string, string>>()
    return {
      create(key, record, lifetime) {
        const isCreated = right.create(key, record, lifetime)
        if (isCreated) given.set(key, record.fields)
        return isCreated
      },
      load(key) {
        const [record, fields] = [living(right, key), given.get(key)]
        return record && fields ? { ...record, fields } : right.load(key)
      },
      update(key, change, lifetime) {
        given.delete(key)
        return right.update(key, change, lifetime)
      },
    }
  }),

  /** Hands out the map it goes on to write to. */
  'a loaded record is a snapshot that later writes do not change': but((right) => {
    const handedOut = new Map<string, Map<string, string>>()
    function refresh(key: string): LoadedRecord | null {
      const record = living(right, key)
      if (!record) return null
      const fields = handedOut.get(key) ?? new Map<string, string>()
      fields.clear()
      for (const [name, value] of record.fields) fields.set(name, value)
      handedOut.set(key, fields)
      return { ...record, fields }
    }
    return {
      load: (key) => refresh(key) ?? right.load(key),
      update(key, change, lifetime) {
        const result = right.update(key, change, lifetime)
        refresh(key)
        return result
      },
    }
  }),

  'a store has a name and says what it can promise': but(() => ({ name: 'my store' })),

  /** Is another one each time. */
  'store objects on one backend have the same identity, or none': (now) => {
    const right = memoryStore({ now })
    const open = () => ({ ...plain(right), identity: crypto.randomUUID() })
    return { store: open(), second: open }
  },

  /** Goes by the clock of its own machine. */
  'the clock tells whole milliseconds since the epoch, and goes on': secondBut((right) => ({
    now: () => right.now() + 60_000,
  })),
}
