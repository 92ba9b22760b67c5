/** @module The conformance suite: records that must not outgrow their limits. */

import assert from 'node:assert/strict'

import type { Change, Limits } from '../../core/store.ts'
import { together, type CaseGroup, type Subject } from './subject.ts'

/** Far from being reached, in tests of the other limit. */
const PLENTY = 1_000_000

/** `limits` hold for what the record holds when the change arrives. */
export const limiting: CaseGroup = {
  title: 'staying within limits',
  cases: [
    {
      title: 'names and values count, in bytes of UTF-8, and what fits exactly is done',
      async run(s) {
        // 'a' + '12', 'é' + '€😀': 3 and 9 bytes, in 3 and 4 units.
        for (const [bytes, status] of [
          [12, 'ok'],
          [11, 'too-large'],
        ] as const) {
          const key = await s.created({ a: '12' })
          const change = { set: new Map([['é', '€😀']]), limits: { bytes, fields: PLENTY } }
          assert.equal((await s.update(key, change)).status, status)
          assert.deepEqual(await s.fields(key), status === 'ok' ? { a: '12', é: '€😀' } : { a: '12' })
        }
      },
    },
    {
      title: 'the number of fields counts, and values of those that are there may be changed',
      async run(s) {
        const key = await s.created({ a: '1', b: '2' })
        const limits = { bytes: PLENTY, fields: 3 }
        assert.equal((await s.update(key, { set: of('c', 'd'), limits })).status, 'too-large')
        await s.updated(key, { set: of('c'), limits })
        assert.equal((await s.update(key, { set: of('d'), limits })).status, 'too-large')
        await s.updated(key, { set: new Map([['a', 'longer than before']]), limits })
        assert.deepEqual(await s.fields(key), { a: 'longer than before', b: '2', c: 'c' })
      },
    },
    {
      title: 'a change that does not fit writes nothing at all',
      async run(s) {
        const before = { d: '1', n: '1', t: '1', x: '1' }
        const key = await s.created(before)
        const change = {
          set: new Map([['big', 'x'.repeat(100)]]),
          delete: ['d'],
          increment: new Map([['n', 1]]),
          take: ['t'],
          limits: { bytes: 50, fields: PLENTY },
        }
        assert.equal((await s.update(key, change)).status, 'too-large')
        const onCondition = { ...change, expect: new Map([['x', '1']]) }
        assert.equal((await s.update(key, onCondition)).status, 'too-large')
        assert.deepEqual(await s.fields(key), before)
      },
    },
    {
      title: 'what a change removes or replaces makes room in it',
      async run(s) {
        const text = 'x'.repeat(30)
        const key = await s.created({ a: text, b: text })
        const limits = { bytes: 62, fields: 2 }
        await s.updated(key, { set: new Map([['a', 'y'.repeat(30)]]), limits })
        await s.updated(key, { delete: ['a'], set: new Map([['c', text]]), limits })
        await s.updated(key, { take: ['b'], set: new Map([['d', text]]), limits })
        assert.deepEqual(await s.fields(key), { c: text, d: text })
        await s.updated(key, { delete: ['c'] })
        await s.updated(key, { set: new Map([['e', text]]), limits })
        assert.deepEqual(await s.fields(key), { d: text, e: text })
      },
    },
    {
      title: 'a record that is over its limits already takes every change that does not add',
      async run(s) {
        const key = await s.created({ a: 'x'.repeat(40), b: '1', c: '2' })
        const limits = { bytes: 20, fields: 2 }
        const refused: Change[] = [{ set: of('d') }, { set: new Map([['b', '11']]) }]
        for (const change of refused)
          assert.equal((await s.update(key, { ...change, limits })).status, 'too-large')
        await s.updated(key, { set: new Map([['b', '3']]), limits })
        await s.updated(key, { set: new Map([['a', 'x'.repeat(30)]]), limits })
        await s.updated(key, { delete: ['b', 'c'], set: of('d'), limits })
        assert.deepEqual(await s.fields(key), { a: 'x'.repeat(30), d: 'd' })
        await s.updated(key, { set: new Map([['a', 'x']]), limits })
        assert.deepEqual(await s.fields(key), { a: 'x', d: 'd' })
      },
    },
    {
      title: 'what increments add counts',
      async run(s) {
        const key = await s.created({ n: '9' })
        const add = async (name: string, limits: Limits): Promise<string> =>
          (await s.update(key, { increment: new Map([[name, 1]]), limits })).status
        assert.equal(await add('n', { bytes: 2, fields: 1 }), 'too-large')
        assert.equal(await add('m', { bytes: 10, fields: 1 }), 'too-large')
        assert.equal(await add('n', { bytes: 3, fields: 1 }), 'ok')
        assert.equal(await add('m', { bytes: 4, fields: 2 }), 'too-large')
        assert.equal(await add('m', { bytes: 5, fields: 2 }), 'ok')
        assert.deepEqual(await s.fields(key), { n: '10', m: '1' })
      },
    },
    {
      title: 'a missing record is gone and a failed expectation a conflict, under any limits',
      async run(s) {
        const change = { set: of('much too long'), limits: { bytes: 3, fields: 1 } }
        assert.equal((await s.update(s.key(), change)).status, 'gone')
        const key = await s.created({ a: '1' })
        const expecting = { ...change, expect: new Map([['a', '2']]) }
        assert.equal((await s.update(key, expecting)).status, 'conflict')
        assert.deepEqual(await s.fields(key), { a: '1' })
      },
    },
  ],
}

/** The same with many callers. */
export const limitingAtOnce: CaseGroup = {
  title: 'staying within limits, with many callers at once',
  needsAtomic: true,
  cases: [
    {
      title: 'of 40 parallel writers those are done that fit together, and no others',
      async run(s) {
        for (const limits of [
          { bytes: 520, fields: PLENTY },
          { bytes: PLENTY, fields: 6 },
        ]) {
          const key = await s.created({ a: '1' })
          const done = new Set(['a'])
          await together(40, (i) => write(s, key, i, limits, done, i % 2 ? s.other : s.store))
          assert.ok(done.size > 1, 'nothing was done, though there was room')
          await holds(s, key, limits, done)
          // What is left of the room can be used.
          for (let i = 40; i < 50; i++) await write(s, key, i, limits, done, s.store)
          assert.equal(done.size, 6)
          await holds(s, key, limits, done)
        }
      },
    },
  ],
}

/** Writes 100 bytes to a field of its own, in one of several ways. */
async function write(
  s: Subject,
  key: string,
  i: number,
  limits: Limits,
  done: Set<string>,
  store: Subject['store'],
): Promise<void> {
  const name = `field${i + 10}`
  const set = new Map([[name, 'x'.repeat(93)]])
  const condition = i % 3 === 0 ? { expect: new Map([['a', '1']]) } : {}
  const { status } = await s.update(key, { set, limits, ...condition }, store)
  if (status === 'ok') done.add(name)
  else assert.equal(status, 'too-large')
}

async function holds(s: Subject, key: string, limits: Limits, done: ReadonlySet<string>): Promise<void> {
  const fields = Object.entries(await s.fields(key))
  assert.deepEqual(new Set(fields.map(([name]) => name)), done, 'what was said to be written was written')
  const bytes = fields.flat().join('').length
  assert.ok(bytes <= limits.bytes && fields.length <= limits.fields, 'the limits were passed')
}

/** Fields whose values are their names. */
function of(...names: string[]): Map<string, string> {
  return new Map(names.map((name) => [name, name]))
}
