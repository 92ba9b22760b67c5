/** @module The conformance suite: what a list says of one key. */

import assert from 'node:assert/strict'

import type { Listing, SessionIndex, Store } from '../../core/store.ts'
import { entryOf, indexOf } from './listing.ts'
import type { CaseGroup, Subject } from './subject.ts'

/** The verbs that a store may leave out, on those that have them. */
export const barring: CaseGroup = {
  title: 'what a list says of one key',
  needsIndex: true,
  cases: [
    {
      title: 'looking tells whether a key is listed, until its time is over',
      async run(s) {
        if (!has(s, 'look')) return
        const [list, entry] = [s.key(), await entryOf(s, { left: s.span })]
        assert.deepEqual(await look(s, list, entry.key), said({}))
        await indexOf(s).add(list, entry)
        for (const store of [s.store, s.other])
          assert.deepEqual(await look(s, list, entry.key, store), said({ isListed: true }))
        assert.deepEqual(await look(s, list, s.key()), said({}))
        assert.deepEqual(await look(s, s.key(), entry.key), said({}))
        await s.advance(s.span * 1.25)
        assert.deepEqual(await look(s, list, entry.key), said({}))
      },
    },
    {
      title: 'a bar is told of every key of its list, listed or not, and spares one',
      async run(s) {
        if (!has(s, 'bar')) return
        const [list, entry, now] = [s.key(), await entryOf(s), await s.store.now()]
        await indexOf(s).add(list, entry)
        await indexOf(s).bar!(list, { at: now, spare: entry.key, until: now + 3_600_000 })
        for (const store of [s.store, s.other]) {
          const spared = said({ isListed: true, barredAt: now, isSpared: true })
          assert.deepEqual(await look(s, list, entry.key, store), spared)
          assert.deepEqual(await look(s, list, s.key(), store), said({ barredAt: now }))
        }
        assert.deepEqual(await look(s, s.key(), entry.key), said({}))
        assert.deepEqual(await indexOf(s).entries(list), [entry])
        assert.equal(await indexOf(s).add(list, await entryOf(s)), 2)
      },
    },
    {
      title: 'a bar is known without a list, and takes the place of an earlier one',
      async run(s) {
        if (!has(s, 'bar')) return
        const [list, key, now] = [s.key(), s.key(), await s.store.now()]
        const until = now + 3_600_000
        await indexOf(s).bar!(list, { at: now - 1000, spare: key, until })
        assert.deepEqual(await look(s, list, key), said({ barredAt: now - 1000, isSpared: true }))
        await indexOf(s, s.other).bar!(list, { at: now, spare: null, until })
        assert.deepEqual(await look(s, list, key), said({ barredAt: now }))
      },
    },
    {
      title: 'a bar outlives the entries of its list',
      async run(s) {
        if (!has(s, 'bar')) return
        const [list, short, now] = [s.key(), await entryOf(s, { left: s.span }), await s.store.now()]
        await indexOf(s).add(list, short)
        await indexOf(s).bar!(list, { at: now, spare: null, until: now + 3_600_000 })
        await s.advance(s.span * 1.25)
        assert.deepEqual(await indexOf(s).entries(list), [])
        await indexOf(s).remove(list, [short.key])
        assert.deepEqual(await look(s, list, short.key), said({ barredAt: now }))
      },
    },
    {
      title: 'a record is loaded with what a list says of it, if it was asked for',
      async run(s) {
        const [list, key, now] = [s.key(), await s.created({ a: '1' }), await s.store.now()]
        assert.equal((await s.alive(key)).listing, undefined)
        await indexOf(s).add(list, await entryOf(s, { key }))
        await indexOf(s).bar?.(list, { at: now, spare: null, until: now + 3_600_000 })
        for (const store of [s.store, s.other]) {
          const answer = await store.load(key, list)
          assert.ok(answer !== null && 'fields' in answer, 'the record should be alive')
          if (answer.listing !== undefined)
            assert.deepEqual(answer.listing, said({ isListed: true, barredAt: has(s, 'bar') ? now : null }))
        }
        await s.store.destroy(key, 'logout')
        const gone = await s.store.load(key, list)
        assert.ok(gone === null || 'ended' in gone, 'the record should have ended')
      },
    },
    {
      title: 'the first entries are those that end first',
      async run(s) {
        if (!has(s, 'first')) return
        const list = s.key()
        const lefts = [3, 1, 4, 2, 5].map((hours) => hours * 3_600_000)
        const entries = await Promise.all(lefts.map((left) => entryOf(s, { left, age: left })))
        for (const entry of entries) await indexOf(s).add(list, entry)
        const now = await s.store.now()
        await indexOf(s).bar?.(list, { at: now, spare: s.key(), until: now + 3_600_000 })
        for (const count of [1, 3, 5, 9]) {
          const first = entries.toSorted((a, b) => a.until - b.until).slice(0, count)
          const found = await indexOf(s, s.other).first!(list, count)
          assert.deepEqual(new Set(found), new Set(first))
        }
        assert.deepEqual(await indexOf(s).first!(s.key(), 3), [])
      },
    },
  ],
}

function has(s: Subject, verb: 'first' | 'look' | 'bar'): boolean {
  const index = indexOf(s)
  return index[verb] !== undefined && (verb !== 'bar' || index.look !== undefined)
}

async function look(s: Subject, list: string, key: string, store: Store = s.store): Promise<Listing> {
  const index: SessionIndex = indexOf(s, store)
  return index.look!(list, key)
}

function said(what: Partial<Listing>): Listing {
  return { isListed: false, barredAt: null, isSpared: false, ...what }
}
