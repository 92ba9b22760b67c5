/** @module The conformance suite: lists of keys. */

import assert from 'node:assert/strict'

import type { IndexEntry, SessionIndex, Store } from '../../core/store.ts'
import type { CaseGroup, Subject } from './subject.ts'

const LONG = 'x'.repeat(199)
const NAMES: readonly string[] = [
  ...'a A - _ 0 0a ab __proto__ constructor'.split(' '),
  `${LONG}x`,
  `${LONG}y`,
]

/** The same names for records. */
const RECORDS: readonly string[] = ['a', '_', '__proto__']

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
          const entries = await indexOf(s).entries(list)
          assert.equal(entries.length, 2)
          assert.deepEqual(
            entries.find((each) => each.key === key),
            entry,
          )
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
        assert.deepEqual(await indexOf(s).entries(list), [long])
        const next = await entryOf(s)
        assert.equal(await indexOf(s).add(list, next), 2)
        assert.deepEqual(await indexOf(s).entries(list), [long, next])
      },
    },
    {
      title: 'an entry that counts for a short time does not shorten that of the others',
      async run(s) {
        const list = s.key()
        const [long, short] = [await entryOf(s), await entryOf(s, { left: s.span })]
        await indexOf(s).add(list, long)
        await indexOf(s).add(list, short)
        await s.advance(s.span * 1.25)
        assert.deepEqual(await indexOf(s).entries(list), [long])
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
      title: 'lists do not meet each other, nor records, under any base64url names of lists and keys',
      async run(s) {
        const entry = await entryOf(s)
        for (const name of NAMES) {
          for (const [i, key] of NAMES.entries()) {
            assert.equal(await indexOf(s).add(name, { ...entry, key, createdAt: entry.createdAt + i }), i + 1)
          }
          await indexOf(s).remove(name, [name])
        }
        for (const name of RECORDS) await s.created({ name }, name)
        for (const name of NAMES) {
          const keys = (await indexOf(s).entries(name)).map(({ key }) => key)
          assert.deepEqual(
            keys,
            NAMES.filter((key) => key !== name),
          )
        }
        for (const name of RECORDS) {
          assert.deepEqual(await s.fields(name), { name })
          await s.store.destroy(name, 'logout')
          assert.equal((await indexOf(s).entries(name)).length, NAMES.length - 1)
        }
      },
    },
    {
      title: 'the listed entries are a snapshot that later writes do not change',
      async run(s) {
        const list = s.key()
        const [one, two] = [await entryOf(s, { age: 1000 }), await entryOf(s)]
        await indexOf(s).add(list, one)
        const entries = await indexOf(s).entries(list)
        await indexOf(s).add(list, two)
        assert.deepEqual(entries, [one])
        await indexOf(s).remove(list, [one.key])
        assert.deepEqual(entries, [one])
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

/** The lists of the store, or of another object. */
export function indexOf(s: Subject, store: Store = s.store): SessionIndex {
  assert.ok(store.index, 'both store objects must have an index')
  return store.index
}

/** An entry of a session that began so many milliseconds ago and has so many left. */
export async function entryOf(
  s: Subject,
  of: { key?: string; age?: number; left?: number } = {},
): Promise<IndexEntry> {
  const { key = s.key(), age = 0, left = 3_600_000 } = of
  const now = await s.store.now()
  return { key, createdAt: now - age, until: now + left }
}
