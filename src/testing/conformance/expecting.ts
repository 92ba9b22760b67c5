/** @module The conformance suite: changes on condition. */

import assert from 'node:assert/strict'

import type { CaseGroup } from './subject.ts'

/** Pairs of texts that some engines take for equal. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['a', 'A'],
  ['a', 'a '],
  ['a', ' a'],
  ['e\u0301', '\u00e9'],
  ['e', '\u00e9'],
  ['ss', '\u00df'],
  ['1', '1.0'],
  ['0', '-0'],
  ['a', 'a\0'],
  ['', '\0'],
  ['9007199254740992', '9007199254740993'],
]

/** `expect` compares exactly, and decides about the change as a whole. */
export const expecting: CaseGroup = {
  title: 'changing on condition',
  cases: [
    {
      title: 'a change whose expectation holds is applied',
      async run(s) {
        const key = await s.created({ a: '1' })
        await s.updated(key, {
          expect: new Map([
            ['a', '1'],
            ['b', null],
            ['c', null],
          ]),
          set: new Map([['b', '2']]),
        })
        assert.deepEqual(await s.fields(key), { a: '1', b: '2' })
      },
    },
    {
      title: 'a change whose expectation fails answers conflict and writes nothing at all',
      async run(s) {
        const key = await s.created({ a: '1', n: '1', t: '1', d: '1' })
        const wrong: [string, string | null][][] = [
          [['a', '2']],
          [['a', null]],
          [['missing', '']],
          [
            ['a', '1'],
            ['n', '2'],
          ],
          [
            ['n', '2'],
            ['a', '1'],
          ],
        ]
        for (const expect of wrong) {
          const result = await s.update(key, {
            expect: new Map(expect),
            set: new Map([
              ['a', 'x'],
              ['b', 'x'],
            ]),
            delete: ['d'],
            increment: new Map([['n', 1]]),
            take: ['t'],
          })
          assert.equal(result.status, 'conflict')
          assert.deepEqual(await s.fields(key), { a: '1', n: '1', t: '1', d: '1' })
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
      title: 'an expectation compares texts exactly, not by case, accents, spaces or number',
      async run(s) {
        for (const [held, expected] of [...LOOKALIKES, ...LOOKALIKES.map(([a, b]) => [b, a] as const)]) {
          const key = await s.created({ a: held })
          const result = await s.update(key, { expect: new Map([['a', expected]]) })
          assert.equal(
            result.status,
            'conflict',
            `${JSON.stringify(held)} is not ${JSON.stringify(expected)}`,
          )
        }
      },
    },
  ],
}
