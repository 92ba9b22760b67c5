/** @module Stores that are wrong about deadlines, each under the title of the one test that catches it. */

import type { Lifetime } from '../../../src/core/store.ts'
import { but, endOf, living, type WrongStores } from './but.ts'

const NEVER = Number.MAX_SAFE_INTEGER
/** What 31 bits can count in seconds. */
const END_OF_SECONDS = 2 ** 31 * 1000

export const lasting: WrongStores = {
  /** Says of an expired record what a living one would be told. */
  'a record ends when its idle time is over': but((right) => ({
    touch: (key, lifetime) => right.touch(key, lifetime) || endOf(right, key) === 'idle',
  })),

  'a record ends at its absolute deadline however long the idle time': but((right) => ({
    touch: (key, lifetime) => right.touch(key, lifetime) || endOf(right, key) === 'absolute',
  })),

  /** Marks what was touched, in the wrong place. */
  'touching moves the idle deadline and changes nothing else': but((right) => {
    const touched = new Set<string>()
    return {
      touch(key, lifetime) {
        touched.add(key)
        return right.touch(key, lifetime)
      },
      load(key) {
        const record = living(right, key)
        return record && touched.has(key) ? { ...record, meta: '' } : right.load(key)
      },
    }
  }),

  /** Never shortens a life. */
  'touching may bring the deadline nearer': but((right) => ({
    touch(key, lifetime) {
      const left = living(right, key)?.expiresIn ?? 0
      const isOver = lifetime.absoluteAt <= right.now()
      const idle = isOver ? lifetime.idle : Math.max(left, lifetime.idle)
      return right.touch(key, { ...lifetime, idle })
    },
  })),

  /** Never prolongs one. */
  'updating moves the idle deadline, away or nearer': but((right) => ({
    update(key, change, { idle, absoluteAt }) {
      const left = living(right, key)?.expiresIn ?? NEVER
      const isEmpty = Object.keys(change).length === 0
      return right.update(key, change, { idle: isEmpty ? idle : Math.min(idle, left), absoluteAt })
    },
  })),

  /** Has nothing to do when nothing is to be written. */
  'an empty change moves the idle deadline and nothing else': but((right) => ({
    update(key, change, lifetime) {
      if (Object.keys(change).length > 0 || !living(right, key)) return right.update(key, change, lifetime)
      return { status: 'ok', values: new Map() }
    },
  })),

  'a conflict leaves the deadline where it was': but((right) => ({
    update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      if (result.status === 'conflict') right.touch(key, lifetime)
      return result
    },
  })),

  /** Rolls on for ever. */
  'neither touching nor updating can pass the absolute deadline': but((right) => ({
    touch(key, lifetime) {
      const isOver = lifetime.absoluteAt <= right.now()
      return right.touch(key, isOver ? lifetime : { ...lifetime, absoluteAt: NEVER })
    },
  })),

  /** Counts the commands that went well. */
  'touching a missing record answers false and creates nothing': but((right) => ({
    touch: (key, lifetime) => right.touch(key, lifetime) || right.load(key) === null,
  })),

  /** Does nothing when there is no time left to give. */
  'a lifetime that is already over leaves nothing alive': but((right) => ({
    touch: (key, lifetime) => lifetime.absoluteAt > right.now() && right.touch(key, lifetime),
  })),

  /** Removes what expired only from view. */
  'a record created under the key of an expired one holds nothing of it': but((right) => {
    const written = new Map<string, ReadonlyMap<string, string>>()
    const lives = new Map<string, number>()
    const of = (key: string): string => `${key} ${lives.get(key) ?? 0}`
    return {
      create(key, record, lifetime) {
        const before = written.get(key)
        const isAgain = before !== undefined && endOf(right, of(key)) === 'idle'
        if (isAgain) lives.set(key, (lives.get(key) ?? 0) + 1)
        const fields = isAgain ? new Map([...before, ...record.fields]) : record.fields
        written.set(key, fields)
        return right.create(of(key), { ...record, fields }, lifetime)
      },
      load: (key) => right.load(of(key)),
      update: (key, change, lifetime) => right.update(of(key), change, lifetime),
      touch: (key, lifetime) => right.touch(of(key), lifetime),
      destroy: (key, reason) => right.destroy(of(key), reason),
    }
  }),

  /** Tells the time by the clock of another time zone. */
  'a loaded record tells how long it has left, and the time, by the clock of the store': but((right) => ({
    load(key) {
      const record = living(right, key)
      return record ? { ...record, now: record.now + 3_600_000 } : right.load(key)
    },
  })),

  /** Slides, as caches do. */
  'loading does not move the deadline': but((right) => {
    const lifetimes = new Map<string, Lifetime>()
    return {
      create(key, record, lifetime) {
        lifetimes.set(key, lifetime)
        return right.create(key, record, lifetime)
      },
      load(key) {
        const answer = right.load(key)
        const lifetime = lifetimes.get(key)
        if (lifetime) right.touch(key, lifetime)
        return answer
      },
    }
  }),

  /** Ends in 2038. */
  'a record may live for years': but((right) => ({
    create(key, record, lifetime) {
      const absoluteAt = lifetime.absoluteAt % END_OF_SECONDS
      return right.create(key, record, { ...lifetime, absoluteAt })
    },
  })),
}
