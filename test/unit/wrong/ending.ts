/** @module Stores that end records wrongly, each under the title of the one test that catches it. */

import { isAlive, type EndReason } from '../../../src/core/store.ts'
import { but, endOf, type WrongStores } from './but.ts'

export const ending: WrongStores = {
  /** Tells the time left after the end. */
  'destroying answers what the record held': but((right) => ({
    destroy(key, reason) {
      const held = right.destroy(key, reason)
      return held && { ...held, expiresIn: 0 }
    },
  })),

  'destroying a missing record answers null and is no error': but((right) => ({
    destroy(key, reason) {
      if (right.load(key) === null) throw new Error('no such record')
      return right.destroy(key, reason)
    },
  })),

  /** Keeps the last reason. */
  'destroying twice answers null the second time, and the first reason counts': but((right) => {
    const reasons = new Map<string, EndReason>()
    return {
      destroy(key, reason) {
        const held = right.destroy(key, reason)
        if (held || reasons.has(key)) reasons.set(key, reason)
        return held
      },
      load(key) {
        const [answer, ended] = [right.load(key), reasons.get(key)]
        return ended && !isAlive(answer) ? { ended } : answer
      },
    }
  }),

  /** Has fewer reasons than there are. */
  'if the reason is kept, load and update tell the same one that destroy was given': but((right) => ({
    update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      return result.status === 'gone' && result.ended === 'evicted'
        ? { status: 'gone', ended: 'revoked' }
        : result
    },
  })),

  /** Takes from what is no more, and finds nothing there. */
  'no update brings a destroyed record back': but((right) => ({
    update(key, change, lifetime) {
      if (!change.take || endOf(right, key) !== 'logout') return right.update(key, change, lifetime)
      return { status: 'ok', values: new Map(change.take.map((name) => [name, null])) }
    },
  })),

  /** Says that it has touched what it knows to have ended. */
  'no touch brings a destroyed record back': but((right) => {
    const known = new Set<string>()
    return {
      create(key, record, lifetime) {
        if (record.fields.has('a')) known.add(key)
        return right.create(key, record, lifetime)
      },
      touch: (key, lifetime) =>
        right.touch(key, lifetime) || (known.has(key) && endOf(right, key) === 'logout'),
    }
  }),

  /** Says that it has created what nobody will see. */
  'while the reason of a destroyed record is kept its key stays taken': but((right) => ({
    create: (key, record, lifetime) => right.create(key, record, lifetime) || endOf(right, key) === 'revoked',
  })),
}

export const closing: WrongStores = {
  'a store can be closed again': but(() => {
    let closings = 0
    return {
      close() {
        // The suite closes every store once when it is done.
        if (++closings > 1) throw new Error('not open')
      },
    }
  }),

  /** Closes what others use too. */
  'what a durable store keeps is there for others after it was closed': (now) => {
    const { store } = but((right) => ({
      capabilities: { atomic: true, durable: true },
      load(key) {
        if (isClosed) throw new Error('closed')
        return right.load(key)
      },
    }))(now)
    let isClosed = false
    return { store: { ...store, close: () => void (isClosed = true) }, second: () => store }
  },

  /** Finds nothing once it is closed. */
  'a durable store that was closed fails or goes on, and takes no record for missing': but((right) => {
    let isClosed = false
    return {
      capabilities: { atomic: true, durable: true },
      load: (key) => (isClosed ? null : right.load(key)),
      close: () => void (isClosed = true),
    }
  }),

  /** Takes an error for an answer. */
  'a backend that cannot be reached is an error, and never an answer': (now) => {
    const { store } = but(() => ({}))(now)
    const refuse = (): never => {
      throw new Error('ECONNREFUSED')
    }
    const index = { add: refuse, entries: refuse, remove: refuse }
    const verbs = { create: refuse, load: refuse, update: refuse, touch: () => false, destroy: refuse }
    return { store, unreachable: () => ({ ...store, ...verbs, index }) }
  },
}
