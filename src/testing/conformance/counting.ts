/** @module The conformance suite: counting. */

import assert from 'node:assert/strict'

import type { CaseGroup } from './subject.ts'

const NO_INTEGERS: readonly string[] = [
  '',
  'abc',
  '1.5',
  '1e3',
  '0x10',
  ' 1',
  '1 ',
  '1\n',
  '+1',
  '-0',
  '01',
  '-',
  '1_000',
  '١',
  'NaN',
  'Infinity',
  '9007199254740992',
  '-9007199254740992',
  '9007199254740993',
  '99999999999999999999',
  '["1"]',
]

/** `increment` adds to an integer where it lies, and never leaves the safe range. */
export const counting: CaseGroup = {
  title: 'counting',
  cases: [
    {
      title: 'incrementing adds to the stored integer, from 0 if missing, and answers the sum',
      async run(s) {
        const key = await s.created({ n: '40', m: '-3', back: '-3' })
        const increment = new Map([
          ['n', 2],
          ['m', -4],
          ['back', 3],
          ['fresh', 5],
          ['zero', 0],
        ])
        const sums = { n: '42', m: '-7', back: '0', fresh: '5', zero: '0' }
        assert.deepEqual(await s.updated(key, { increment }), sums)
        assert.deepEqual(await s.fields(key), sums)
      },
    },
    {
      title: 'a field that was incremented is a field like any other',
      async run(s) {
        const key = await s.created()
        const add = (by: number) => s.updated(key, { increment: new Map([['n', by]]) })
        assert.deepEqual(await add(5), { n: '5' })
        await s.updated(key, { set: new Map([['n', '9']]) })
        assert.deepEqual(await add(-10), { n: '-1' })
        await s.updated(key, { expect: new Map([['n', '-1']]), delete: ['n'] })
        assert.deepEqual(await add(2), { n: '2' })
        assert.deepEqual(await s.updated(key, { take: ['n'] }), { n: '2' })
        assert.deepEqual(await add(3), { n: '3' })
        await s.updated(key, { set: new Map([['n', 'text']]) })
        assert.deepEqual(await s.fields(key), { n: 'text' })
      },
    },
    {
      title: 'incrementing what is no integer is reported, leaves it, and applies the rest',
      async run(s) {
        for (const value of NO_INTEGERS) {
          for (const by of [1, -1]) {
            for (const condition of [{}, { expect: new Map([['n', '1']]) }]) {
              const key = await s.created({ text: value, n: '1' })
              const increment = new Map([
                ['text', by],
                ['n', 1],
              ])
              const change = { set: new Map([['a', 'set']]), increment, ...condition }
              const result = await s.update(key, change)
              assert.ok(result.status === 'ok')
              assert.deepEqual(result.notIntegers, ['text'], `${JSON.stringify(value)} is no safe integer`)
              assert.deepEqual(result.values, new Map([['n', '2']]), 'the values must be a Map of the rest')
              assert.deepEqual(await s.fields(key), { text: value, n: '2', a: 'set' })
            }
          }
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
  ],
}
