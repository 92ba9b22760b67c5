/** @module The conformance suite: lists of keys that many write to at once. */

import assert from 'node:assert/strict'

import { entryOf, indexOf } from './listing.ts'
import { together, type CaseGroup } from './subject.ts'

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
        const added = await together(60, (i) => entryOf(s, i % 3 === 1 ? { key, age: i } : {}))
        await together(60, async (i) => {
          const index = indexOf(s, i % 2 ? s.other : s.store)
          if (i % 3 === 0) return index.remove(list, [gone[i / 3]!.key])
          const count = await index.add(list, added[i]!)
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
