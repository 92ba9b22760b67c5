import { describe, expect, test } from 'vitest'

import type { Store } from '../../src/core/store.ts'
import { manualClock, testStore, type TestStoreOptions } from '../../src/testing.ts'
import { lists } from './wrong-lists.ts'
import { stores, type MakeStore } from './wrong-stores.ts'
import { barring } from './wrong/barring.ts'
import type { Wrong, WrongStores } from './wrong/but.ts'
import { changing } from './wrong/changing.ts'
import { creating } from './wrong/creating.ts'
import { closing, ending } from './wrong/ending.ts'
import { lasting } from './wrong/lasting.ts'
import { limiting } from './wrong/limiting.ts'
import { listing } from './wrong/listing.ts'
import { naming } from './wrong/naming.ts'
import { racing } from './wrong/racing.ts'

/** What people write who have not thought of everything. */
const natural = { ...stores, ...lists }

/** One for each test of the suite, which no other test would catch. */
const subtle: WrongStores = {
  ...creating,
  ...changing,
  ...limiting,
  ...lasting,
  ...ending,
  ...naming,
  ...listing,
  ...barring,
  ...racing,
  ...closing,
}

/** The titles of all tests of the suite. */
function titles(): string[] {
  const all: string[] = []
  const runner = {
    describe: (_title: string, body: () => void) => body(),
    test: (title: string) => all.push(title),
  }
  testStore(runner, () => ({ store: stores.right(Date.now) }))
  return all
}

/** Runs the suite against a store and answers the titles of the tests that failed. */
function failures(makeStore: MakeStore): Promise<string[]> {
  return failuresOf((now) => ({ store: makeStore(now) }))
}

async function failuresOf(make: Wrong, options?: TestStoreOptions): Promise<string[]> {
  const failed: string[] = []
  const running: Promise<void>[] = []
  const runner = {
    describe: (_title: string, body: () => void) => body(),
    test(title: string, body: () => Promise<void>) {
      running.push(body().catch(() => void failed.push(title)))
    },
  }
  const makeStore = () => {
    const { now, advance } = manualClock()
    return { ...make(now), advance }
  }
  testStore(runner, makeStore, options)
  await Promise.all(running)
  return failed
}

describe('testStore', () => {
  test('finds nothing wrong with a right store', async () => {
    expect(await failures(stores.right)).toEqual([])
  })

  test.for<[string, keyof typeof natural, string[]]>([
    [
      'whose update creates',
      'creating',
      [
        'updating a missing record answers gone and creates nothing',
        'no update brings a destroyed record back',
        'a record ends when its idle time is over',
      ],
    ],
    [
      'that writes back whole blobs',
      'blob',
      [
        '20 parallel updates of 20 different fields all stay',
        '200 parallel increments end at 200, each with its own sum',
        '50 parallel compare-and-set loops lose nothing',
        'of 20 parallel takers one gets the value',
        'no interleaving of writers with a destroyer leaves or brings back a living record',
        'an update that was acknowledged before the record ended is in what destroy answers',
      ],
    ],
    ['that destroys in two steps', 'slowlyDestroying', ['of 20 parallel destroyers one gets the record']],
    ['whose touch rewrites data', 'rewriting', ['touching in parallel with updates loses no field']],
    [
      'that ignores deadlines',
      'immortal',
      [
        'a record ends when its idle time is over',
        'a record ends at its absolute deadline however long the idle time',
        'a lifetime that is already over leaves nothing alive',
      ],
    ],
    [
      'that knows no limits',
      'limitless',
      [
        'names and values count, in bytes of UTF-8, and what fits exactly is done',
        'the number of fields counts, and values of those that are there may be changed',
        'a change that does not fit writes nothing at all',
        'what increments add counts',
        'of 40 parallel writers those are done that fit together, and no others',
      ],
    ],
    ['that rolls on for ever', 'rolling', ['neither touching nor updating can pass the absolute deadline']],
    [
      'that compares too late',
      'unchecked',
      ['a change whose expectation fails answers conflict and writes nothing at all'],
    ],
    [
      'that takes names for properties',
      'object',
      ['field names and values of every kind come back as they were created'],
    ],
    [
      'whose clock tells fractions',
      'fractional',
      ['the clock tells whole milliseconds since the epoch, and goes on'],
    ],
    [
      'whose clock tells seconds',
      'seconds',
      ['the clock tells whole milliseconds since the epoch, and goes on'],
    ],
    [
      'that ends texts at NUL',
      'truncating',
      [
        'field names and values of every kind come back as they were created',
        'a value of 96 KiB, as sealing makes of 64, comes back whole',
      ],
    ],
    [
      'that writes back whole lists',
      'blobListing',
      [
        '50 parallel additions are all kept, and each is told another number',
        'additions of one key, of others and removals in parallel leave each key once or not at all',
      ],
    ],
    ['that lists a key twice', 'doublyListing', ['adding a key again replaces its entry and counts it once']],
    [
      'that lists what is past',
      'endlesslyListing',
      [
        'an entry past its time is neither listed nor counted',
        'adding an entry whose time is over already takes the place of the one with its key',
      ],
    ],
    [
      'that lists in another order',
      'unsorted',
      ['entries are listed by the time they began, whenever they were added and until when they count'],
    ],
  ])('fails a store %s', async ([, name, titles]) => {
    const failed = await failures(natural[name])
    expect(titles.filter((title) => !failed.includes(title))).toEqual([])
  })

  test('has a wrong store for each of its tests', () => {
    expect(Object.keys(subtle).toSorted()).toEqual(titles().toSorted())
  })

  test.for(Object.keys(subtle))('needs the test: %s', async (title) => {
    expect(await failuresOf(subtle[title]!)).toEqual([title])
  })

  test.concurrent('does not wait for ever for a store that never answers', async () => {
    const silent: Wrong = (now) => ({
      store: Object.assign(stores.right(now), { touch: () => new Promise(() => undefined) }),
    })
    expect(await failuresOf(silent, { timeout: 1000 })).toEqual(
      expect.arrayContaining(['touching may bring the deadline nearer']),
    )
  })

  test.concurrent(
    'repeats with more time what a busy machine may have spoilt',
    { timeout: 30_000 },
    async () => {
      let makings = 0
      const runs: Promise<void>[] = []
      const runner = {
        describe: (_title: string, body: () => void) => body(),
        test: (title: string, body: () => Promise<void>) =>
          title === 'a record ends when its idle time is over' && runs.push(body()),
      }
      testStore(runner, () => {
        const store = stores.right(Date.now)
        if (++makings > 1) return { store }
        const load = store.load.bind(store)
        const slowLoad = async (key: string) => {
          await new Promise((resolve) => setTimeout(resolve, 500))
          return load(key)
        }
        return { store: Object.assign(store, { load: slowLoad }) }
      })
      await Promise.all(runs)
      expect(makings).toBe(2)
    },
  )

  test('does not race a store that says it is not atomic', async () => {
    const capabilities = { atomic: false, durable: false }
    const failed = await failures((now) => Object.assign(stores.blob(now), { capabilities }))
    expect(failed).toEqual([])
  })

  test('asks nothing of the lists of a store that has none', async () => {
    const failed = await failures((now) => Object.assign(stores.right(now), { index: undefined }))
    expect(failed).toEqual([])
  })

  test('closes what it opened after each test', async () => {
    const open = new Set<Store>()
    await failures((now) => {
      const store: Store = Object.assign(stores.right(now), { close: () => void open.delete(store) })
      open.add(store)
      return store
    })
    expect(open.size).toBe(0)
  })
})

describe('manualClock', () => {
  test('stands still until it is moved', () => {
    const { now, advance } = manualClock(1000)
    expect(now()).toBe(1000)
    advance(500)
    expect(now()).toBe(1500)
    advance(-1000)
    expect(now()).toBe(500)
  })
})
