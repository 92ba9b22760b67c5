/** @module The conformance suite: keys, field names and values of every kind. */

import assert from 'node:assert/strict'

import { record, type CaseGroup } from './subject.ts'

const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '~\0~0~~1\0~',
  '😀',
  'ünï\u0301cödé \u202e \ufeff',
  '\u2028\u2029',
  `quotes " ' \` and \\ backslash`,
  'line\r\nbreak\ttab\u001f',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  '0',
  '-1',
  'NaN',
  '{"a":1}',
  '[]',
  'a:b/c.d*e?f[g]h{i}j$k;l%00m',
  "'); DROP TABLE sessions; --",
]

const KEYS: readonly string[] = [
  'a',
  'A',
  '-',
  '_',
  '0',
  'ab',
  'abc',
  '__proto__',
  'constructor',
  'x'.repeat(200),
  `${'x'.repeat(199)}y`,
]

/** Texts come back exactly as they went in; names are names, never anything else. */
export const naming: CaseGroup = {
  title: 'keys, names and values',
  cases: [
    {
      title: 'field names and values of every kind come back as they were created',
      async run(s) {
        const fields = Object.fromEntries(
          TEXTS.map((text, index) => [text, TEXTS[TEXTS.length - 1 - index]!]),
        )
        const key = await s.created(fields)
        assert.deepEqual(await s.fields(key), fields)
        const held = await s.store.destroy(key, 'logout')
        assert.deepEqual(Object.fromEntries(held?.fields ?? []), fields)
      },
    },
    {
      title: 'field names and values of every kind can be set, expected, taken and deleted',
      async run(s) {
        const key = await s.created({ keep: '1' })
        for (const text of TEXTS) {
          await s.updated(key, { set: new Map([[text, text]]), expect: new Map([[text, null]]) })
          assert.deepEqual(await s.fields(key), { keep: '1', [text]: text })
          const taken = await s.updated(key, { take: [text], expect: new Map([[text, text]]) })
          assert.deepEqual(taken, { [text]: text })
          await s.updated(key, { set: new Map([[text, 'x']]) })
          await s.updated(key, { delete: [text] })
          assert.deepEqual(await s.fields(key), { keep: '1' })
        }
      },
    },
    {
      title: 'fields of every name can be incremented',
      async run(s) {
        const key = await s.created()
        const increment = new Map(TEXTS.map((text, index) => [text, index]))
        const sums = Object.fromEntries(TEXTS.map((text, index) => [text, String(index)]))
        assert.deepEqual(await s.updated(key, { increment }), sums)
        assert.deepEqual(await s.fields(key), sums)
      },
    },
    {
      title: 'a value of 60 KiB comes back whole',
      async run(s) {
        const large = 'abcdefghijklmné\0'.repeat(3840)
        const key = await s.created({ large, small: '1' })
        await s.updated(key, { set: new Map([['small', '2']]) })
        assert.deepEqual(await s.fields(key), { large, small: '2' })
      },
    },
    {
      title: 'a thousand fields come back whole',
      async run(s) {
        const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, `v${i}`]))
        const key = await s.created(fields)
        assert.deepEqual(await s.fields(key), fields)
      },
    },
    {
      title: 'meta of every kind comes back as it was created',
      async run(s) {
        for (const meta of TEXTS) {
          const key = s.key()
          await s.store.create(key, record({ a: '1' }, meta), await s.lifetime())
          await s.updated(key, { set: new Map([['a', '2']]) })
          assert.equal((await s.alive(key)).meta, meta)
        }
      },
    },
    {
      title: 'keys of one to 200 base64url characters are told apart, also by case and by prefix',
      async run(s) {
        for (const key of KEYS) assert.equal(await s.store.load(key), null)
        for (const key of KEYS) await s.created({ key }, key)
        for (const key of KEYS) assert.deepEqual(await s.fields(key), { key })
        for (const key of KEYS) {
          assert.equal((await s.store.destroy(key, 'logout'))?.fields.get('key'), key)
          await s.dead(key, ['logout'])
        }
      },
    },
  ],
}
