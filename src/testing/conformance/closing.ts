/** @module The conformance suite: closing. */

import assert from 'node:assert/strict'

import { isAlive } from '../../core/store.ts'
import type { CaseGroup } from './subject.ts'

/** Closing lets go of what the store object opened, and of nothing else. */
export const closing: CaseGroup = {
  title: 'closing',
  cases: [
    {
      title: 'a store can be closed again',
      async run(s) {
        await s.created({ a: '1' })
        await s.store.close?.()
        await s.store.close?.()
      },
    },
    {
      title: 'what a durable store keeps is there for others after it was closed',
      async run(s) {
        if (!s.store.capabilities.durable || s.other === s.store) return
        const key = await s.created({ a: '1' })
        await s.store.close?.()
        assert.deepEqual(await s.fields(key, s.other), { a: '1' })
        await s.updated(key, { set: new Map([['a', '2']]) }, s.other)
        assert.deepEqual(await s.fields(key, s.other), { a: '2' })
      },
    },
    {
      title: 'a durable store that was closed fails or goes on, and takes no record for missing',
      async run(s) {
        if (!s.store.capabilities.durable) return
        const key = await s.created({ a: '1' })
        await s.store.close?.()
        const load = async () => s.store.load(key)
        const answer = await load().catch(() => 'failed' as const)
        assert.ok(answer === 'failed' || isAlive(answer), 'the record should be alive, or loading it fail')
      },
    },
  ],
}
