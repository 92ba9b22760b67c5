/** @module The conformance suite: changing single fields. */

import assert from 'node:assert/strict'

import { type CaseGroup } from './subject.ts'

const NO_INTEGERS = ['', 'abc', '1.5', '1e3', '0x10', ' 1', '1 ', '+1', '9007199254740993', '["1"]']

/** `update` changes the named fields of a living record, and nothing else. */
export const changing: CaseGroup = {
  title: 'changing single fields',
  cases: [
    {
      title: 'updating a missing record answers gone and creates nothing',
      async run(s) {
        const key = s.key()
        const change = { set: new Map([['a', '1']]), increment: new Map([['n', 1]]) }
        assert.equal((await s.update(key, change)).status, 'gone')
        assert.equal(await s.store.load(key), null)
        assert.equal((await s.update(key, {})).status, 'gone')
        assert.equal((await s.update(key, { expect: new Map([['a', null]]) })).status, 'gone')
        await s.created({ b: '2' }, key)
        assert.deepEqual(await s.fields(key), { b: '2' })
      },
    },
    {
      title: 'setting fields writes those and leaves the others and the meta',
      async run(s) {
        const key = await s.created({ a: '1', b: '2' })
        const { meta } = await s.alive(key)
        assert.deepEqual(
          await s.updated(key, {
            set: new Map([
              ['b', 'x'],
              ['c', 'y'],
            ]),
          }),
          {},
        )
        assert.deepEqual(await s.fields(key), { a: '1', b: 'x', c: 'y' })
        assert.equal((await s.alive(key)).meta, meta)
      },
    },
    {
      title: 'deleting fields removes those, and a missing one is no error',
      async run(s) {
        const key = await s.created({ a: '1', b: '2' })
        assert.deepEqual(await s.updated(key, { delete: ['b', 'missing'] }), {})
        assert.deepEqual(await s.fields(key), { a: '1' })
      },
    },
    {
      title: 'a record stays alive when its last field is removed',
      async run(s) {
        const key = await s.created({ a: '1', b: '2' })
        await s.updated(key, { delete: ['a'], take: ['b'] })
        assert.deepEqual(await s.fields(key), {})
        await s.updated(key, { set: new Map([['c', '3']]) })
        assert.deepEqual(await s.fields(key), { c: '3' })
      },
    },
    {
      title: 'incrementing adds to the stored integer, from 0 if missing, and answers the sum',
      async run(s) {
        const key = await s.created({ n: '40', m: '-3' })
        const increment = new Map([
          ['n', 2],
          ['m', -4],
          ['fresh', 5],
          ['zero', 0],
        ])
        const sums = { n: '42', m: '-7', fresh: '5', zero: '0' }
        assert.deepEqual(await s.updated(key, { increment }), sums)
        assert.deepEqual(await s.fields(key), sums)
      },
    },
    {
      title: 'a field set to an integer can be incremented',
      async run(s) {
        const key = await s.created()
        await s.updated(key, { set: new Map([['n', '9']]) })
        assert.deepEqual(await s.updated(key, { increment: new Map([['n', -10]]) }), { n: '-1' })
      },
    },
    {
      title: 'incrementing what is no integer is reported, leaves it, and applies the rest',
      async run(s) {
        for (const value of NO_INTEGERS) {
          const key = await s.created({ text: value, n: '1' })
          const result = await s.update(key, {
            set: new Map([['a', 'set']]),
            increment: new Map([
              ['text', 1],
              ['n', 1],
            ]),
          })
          assert.ok(result.status === 'ok')
          assert.deepEqual(result.notIntegers, ['text'])
          assert.equal(result.values.get('n'), '2')
          assert.deepEqual(await s.fields(key), { text: value, n: '2', a: 'set' })
        }
      },
    },
    {
      title: 'incrementing reaches both ends of the safe range and never leaves it',
      async run(s) {
        const [max, min] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
        const key = await s.created({ high: String(max - 1), low: String(min + 1) })
        const ends = { high: String(max), low: String(min) }
        assert.deepEqual(
          await s.updated(key, {
            increment: new Map([
              ['high', 1],
              ['low', -1],
            ]),
          }),
          ends,
        )
        const result = await s.update(key, {
          increment: new Map([
            ['high', 1],
            ['low', -1],
            ['fresh', max],
          ]),
        })
        assert.ok(result.status === 'ok')
        assert.deepEqual(result.notIntegers?.toSorted(), ['high', 'low'])
        assert.deepEqual(await s.fields(key), { ...ends, fresh: String(max) })
        const far = await s.update(key, {
          increment: new Map([
            ['high', max],
            ['low', min],
          ]),
        })
        assert.ok(far.status === 'ok')
        assert.deepEqual(far.notIntegers?.toSorted(), ['high', 'low'])
        assert.deepEqual(await s.fields(key), { ...ends, fresh: String(max) })
      },
    },
    {
      title: 'taking a field answers what it held and removes it; a missing one is null',
      async run(s) {
        const key = await s.created({ flash: 'saved', a: '1' })
        const taken = { flash: 'saved', missing: null }
        assert.deepEqual(await s.updated(key, { take: ['flash', 'missing'] }), taken)
        assert.deepEqual(await s.fields(key), { a: '1' })
        assert.deepEqual(await s.updated(key, { take: ['flash'] }), { flash: null })
      },
    },
    {
      title: 'one change may set, delete, increment and take together',
      async run(s) {
        const key = await s.created({ a: '1', b: '2', n: '3', t: '4', keep: '5' })
        const values = await s.updated(key, {
          set: new Map([
            ['a', 'x'],
            ['new', 'y'],
          ]),
          delete: ['b'],
          increment: new Map([['n', 1]]),
          take: ['t'],
          expect: new Map([
            ['a', '1'],
            ['b', '2'],
            ['n', '3'],
            ['t', '4'],
            ['new', null],
          ]),
        })
        assert.deepEqual(values, { n: '4', t: '4' })
        assert.deepEqual(await s.fields(key), { a: 'x', n: '4', keep: '5', new: 'y' })
      },
    },
    {
      title: 'a change whose expectation holds is applied',
      async run(s) {
        const key = await s.created({ a: '1' })
        await s.updated(key, {
          expect: new Map([
            ['a', '1'],
            ['b', null],
          ]),
          set: new Map([['b', '2']]),
        })
        assert.deepEqual(await s.fields(key), { a: '1', b: '2' })
      },
    },
    {
      title: 'a change whose expectation fails answers conflict and writes nothing at all',
      async run(s) {
        const key = await s.created({ a: '1', n: '1', t: '1' })
        const wrong: [string, string | null][][] = [
          [['a', '2']],
          [['a', null]],
          [['missing', '']],
          [
            ['a', '1'],
            ['n', '2'],
          ],
        ]
        for (const expect of wrong) {
          const result = await s.update(key, {
            expect: new Map(expect),
            set: new Map([
              ['a', 'x'],
              ['b', 'x'],
            ]),
            increment: new Map([['n', 1]]),
            take: ['t'],
          })
          assert.equal(result.status, 'conflict')
          assert.deepEqual(await s.fields(key), { a: '1', n: '1', t: '1' })
        }
      },
    },
    {
      title: 'an expectation tells an empty value from a missing field',
      async run(s) {
        const key = await s.created({ empty: '' })
        assert.equal((await s.update(key, { expect: new Map([['empty', null]]) })).status, 'conflict')
        assert.equal((await s.update(key, { expect: new Map([['empty', '']]) })).status, 'ok')
        assert.deepEqual(await s.updated(key, { take: ['empty'] }), { empty: '' })
      },
    },
    {
      title: 'a change through one store object is seen through another at once',
      async run(s) {
        const key = await s.created({ a: '1' })
        await s.updated(key, { set: new Map([['a', '2']]) }, s.other)
        assert.deepEqual(await s.fields(key), { a: '2' })
      },
    },
  ],
}
