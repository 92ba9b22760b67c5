/** @module The conformance suite: lists of keys. */

import assert from 'node:assert/strict'

import type { IndexEntry, SessionIndex, Store } from '../core/store.ts'
import { together, type CaseGroup, type Subject } from './subject.ts'

const LONG = 'x'.repeat(199)
const NAMES: readonly string[] = [
  ...'a A - _ 0 0a ab __proto__ constructor'.split(' '),
  `${LONG}x`,
  `${LONG}y`,
]

/** A list holds each key once, until its time is over. */
export const listing: CaseGroup = {
  title: 'lists of keys',
  needsIndex: true,
  cases: [
    {
      title: 'a list that nothing was added to is empty',
      async run(s) {
        assert.deepEqual(await indexOf(s).entries(s.key()), [])
      },
    },
    {
      title: 'an added entry is listed with its times, through every store object at once',
      async run(s) {
        const list = s.key()
        const entry = await entryOf(s)
        assert.equal(await indexOf(s).add(list, entry), 1)
        for (const store of [s.store, s.other])
          assert.deepEqual(await indexOf(s, store).entries(list), [entry])
      },
    },
    {
      title: 'entries are listed by the time they began, whenever they were added and until when they count',
      async run(s) {
        const list = s.key()
        const ages = [3000, 1000, 2000, 86_400_000, 0]
        const entries = await Promise.all(
          ages.map((age, i) => entryOf(s, { age, left: 60_000 * (1 + (i % 3)) })),
        )
        for (const [i, entry] of entries.entries()) assert.equal(await indexOf(s).add(list, entry), i + 1)
        const sorted = entries.toSorted((a, b) => a.createdAt - b.createdAt)
        assert.deepEqual(await indexOf(s).entries(list), sorted)
      },
    },
    {
      title: 'adding a key again replaces its entry and counts it once',
      async run(s) {
        const [list, other] = [s.key(), await entryOf(s, { age: 500 })]
        await indexOf(s).add(list, other)
        const first = await entryOf(s, { age: 1000 })
        const { key } = first
        const again = await Promise.all([
          entryOf(s, { key, age: 1000 }),
          entryOf(s, { key, age: 0 }),
          entryOf(s, { key, age: 2000, left: 60_000 }),
          entryOf(s, { key, age: 86_400_000, left: 86_400_000 }),
        ])
        for (const entry of [first, ...again]) {
          assert.equal(await indexOf(s, s.other).add(list, entry), 2)
          const sorted = [entry, other].sort((a, b) => a.createdAt - b.createdAt)
          assert.deepEqual(await indexOf(s).entries(list), sorted)
        }
      },
    },
    {
      title: 'an entry past its time is neither listed nor counted',
      async run(s) {
        const list = s.key()
        const [short, long] = [await entryOf(s, { left: s.span }), await entryOf(s, { age: 1000 })]
        await indexOf(s).add(list, short)
        assert.equal(await indexOf(s).add(list, long), 2)
        await s.advance(s.span * 1.25)
        for (const store of [s.store, s.other])
          assert.deepEqual(await indexOf(s, store).entries(list), [long])
        const next = await entryOf(s)
        assert.equal(await indexOf(s).add(list, next), 2)
        assert.deepEqual(await indexOf(s).entries(list), [long, next])
      },
    },
    {
      title: 'an entry past its time can be added again',
      async run(s) {
        const list = s.key()
        const short = await entryOf(s, { left: s.span })
        await indexOf(s).add(list, short)
        await s.advance(s.span * 1.25)
        const again = await entryOf(s, { key: short.key })
        assert.equal(await indexOf(s).add(list, again), 1)
        assert.deepEqual(await indexOf(s).entries(list), [again])
      },
    },
    {
      title: 'adding an entry whose time is over already takes the place of the one with its key',
      async run(s) {
        const list = s.key()
        const [one, two] = [await entryOf(s, { age: 1000 }), await entryOf(s)]
        await indexOf(s).add(list, one)
        await indexOf(s).add(list, two)
        assert.equal(await indexOf(s).add(list, { ...two, until: two.createdAt - 5000 }), 1)
        assert.deepEqual(await indexOf(s).entries(list), [one])
        assert.equal(await indexOf(s).add(list, { ...one, until: one.createdAt - 5000 }), 0)
        assert.deepEqual(await indexOf(s).entries(list), [])
      },
    },
    {
      title: 'removing takes the named entries, leaves the others, and may be done again',
      async run(s) {
        const list = s.key()
        const ages = [4000, 3000, 2000, 1000]
        const entries = await Promise.all(ages.map((age) => entryOf(s, { age })))
        for (const entry of entries) await indexOf(s).add(list, entry)
        const gone = [entries[0]!.key, entries[2]!.key]
        for (let round = 0; round < 2; round++) {
          await indexOf(s, s.other).remove(list, [...gone, s.key()])
          assert.deepEqual(await indexOf(s).entries(list), [entries[1], entries[3]])
        }
        await indexOf(s).remove(list, [])
        await indexOf(s).remove(s.key(), gone)
        assert.equal((await indexOf(s).entries(list)).length, 2)
      },
    },
    {
      title: 'a list that was emptied can be filled again',
      async run(s) {
        const list = s.key()
        const entry = await entryOf(s)
        for (let round = 0; round < 3; round++) {
          assert.equal(await indexOf(s).add(list, entry), 1)
          await indexOf(s).remove(list, [entry.key])
          assert.deepEqual(await indexOf(s).entries(list), [])
        }
        const shorter = await entryOf(s, { left: 60_000 })
        assert.equal(await indexOf(s).add(list, shorter), 1)
        assert.deepEqual(await indexOf(s).entries(list), [shorter])
      },
    },
    {
      title: 'lists do not meet each other, nor records, whatever base64url names they and their keys have',
      async run(s) {
        const entry = await entryOf(s)
        for (const name of NAMES) {
          assert.deepEqual(await indexOf(s).entries(name), [])
          for (const [i, key] of NAMES.entries()) {
            assert.equal(await indexOf(s).add(name, { ...entry, key, createdAt: entry.createdAt + i }), i + 1)
          }
          await indexOf(s).remove(name, [name])
          await s.created({ name }, name)
        }
        for (const name of NAMES) {
          const keys = (await indexOf(s).entries(name)).map(({ key }) => key)
          assert.deepEqual(
            keys,
            NAMES.filter((key) => key !== name),
          )
          assert.deepEqual(await s.fields(name), { name })
          await s.store.destroy(name, 'logout')
          assert.equal((await indexOf(s).entries(name)).length, NAMES.length - 1)
        }
      },
    },
    {
      title: 'a list of a thousand entries comes back whole',
      async run(s) {
        const list = s.key()
        const first = await entryOf(s, { age: 1000 })
        const entries = Array.from({ length: 1000 }, (_, i) => ({
          ...first,
          key: s.key(),
          createdAt: first.createdAt + ((i * 7) % 1000),
        }))
        await Promise.all(entries.map(async (entry) => indexOf(s).add(list, entry)))
        const sorted = entries.toSorted((a, b) => a.createdAt - b.createdAt)
        assert.deepEqual(await indexOf(s).entries(list), sorted)
        await indexOf(s).remove(
          list,
          sorted.slice(1).map(({ key }) => key),
        )
        assert.deepEqual(await indexOf(s).entries(list), [sorted[0]])
      },
    },
  ],
}

/** Each verb is atomic for one list, whichever store object it goes through. */
export const listingAtOnce: CaseGroup = {
  title: 'lists of keys, many callers at once',
  needsIndex: true,
  needsAtomic: true,
  cases: [
    {
      title: '50 parallel additions are all kept, and each is told another number',
      async run(s) {
        const list = s.key()
        const counts = await together(50, async (i) => {
          const entry = await entryOf(s)
          return indexOf(s, i % 2 ? s.other : s.store).add(list, entry)
        })
        assert.deepEqual(
          counts.toSorted((a, b) => a - b),
          Array.from({ length: 50 }, (_, i) => i + 1),
        )
        assert.equal((await indexOf(s).entries(list)).length, 50)
      },
    },
    {
      title: 'additions of one key, of others and removals in parallel leave each key once or not at all',
      async run(s) {
        const list = s.key()
        const gone = await Promise.all(Array.from({ length: 20 }, () => entryOf(s)))
        for (const entry of gone) await indexOf(s).add(list, entry)
        const key = s.key()
        await together(60, async (i) => {
          const index = indexOf(s, i % 2 ? s.other : s.store)
          if (i % 3 === 0) return index.remove(list, [gone[i / 3]!.key])
          const count = await index.add(list, await entryOf(s, i % 3 === 1 ? { key, age: i } : {}))
          assert.ok(count >= 1 && count <= 41, `${count} entries cannot be`)
        })
        const keys = (await indexOf(s).entries(list)).map((entry) => entry.key)
        assert.equal(keys.length, 21)
        assert.equal(keys.filter((each) => each === key).length, 1)
        assert.ok(gone.every((entry) => !keys.includes(entry.key)))
      },
    },
  ],
}

function indexOf(s: Subject, store: Store = s.store): SessionIndex {
  assert.ok(store.index, 'both store objects must have an index')
  return store.index
}

/** An entry of a session that began so many milliseconds ago and has so many left. */
async function entryOf(
  s: Subject,
  of: { key?: string; age?: number; left?: number } = {},
): Promise<IndexEntry> {
  const { key = s.key(), age = 0, left = 3_600_000 } = of
  const now = await s.store.now()
  return { key, createdAt: now - age, until: now + left }
}
