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

/** Texts that some engine or client would like to read as something else. */
const DISGUISES: readonly string[] = [
  '1e5',
  '1.50',
  '007',
  '+1',
  '-0',
  '1_000',
  '0x10',
  'Infinity',
  '12345678901234567890',
  '-98765432109876543210',
  '0.1234567890123456789',
  'true',
  'TRUE',
  'NULL',
  '(nil)',
  'OK',
  '-ERR',
  '$-1',
  '"quoted"',
  "'quoted'",
  '[1,2]',
  '__proto__',
  '@',
  '!',
  '2026-11-01',
  '2026-11-01T00:00:00.000Z',
  '\\x41',
  '\\u0041',
  'SGVsbG8=',
  '%41',
  '&amp;',
]

/** Names that some engine would take for the same. */
const LOOKALIKES: readonly string[] = [
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  'ss',
  'ß',
  '1',
  '01',
  '1.0',
  'a\0',
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
      title: 'a value that looks like a number, a date or code comes back as the text it was',
      async run(s) {
        const fields = Object.fromEntries(DISGUISES.map((value, index) => [`f${index}`, value]))
        const [key, other] = [await s.created(fields), await s.created()]
        assert.deepEqual(await s.fields(key), fields)
        await s.updated(other, { set: new Map(Object.entries(fields)) })
        assert.deepEqual(await s.fields(other), fields)
        assert.deepEqual(await s.updated(other, { take: Object.keys(fields) }), fields)
      },
    },
    {
      title: 'names that differ by case, accents, spaces or zeros are different fields',
      async run(s) {
        const fields = Object.fromEntries(LOOKALIKES.map((name) => [name, name]))
        const key = await s.created(fields)
        assert.deepEqual(await s.fields(key), fields)
        for (const name of LOOKALIKES) {
          await s.updated(key, { set: new Map([[name, 'x']]) })
          assert.deepEqual(await s.fields(key), { ...fields, [name]: 'x' })
          await s.updated(key, { set: new Map([[name, name]]) })
        }
      },
    },
    {
      title: 'names of 5,000 characters are told apart by the last one',
      async run(s) {
        const long = 'n'.repeat(4999)
        const key = await s.created({ [`${long}1`]: '1' })
        await s.updated(key, { set: new Map([[`${long}2`, '2']]) })
        assert.deepEqual(await s.fields(key), { [`${long}1`]: '1', [`${long}2`]: '2' })
      },
    },
    {
      title: 'a value of 96 KiB, as sealing makes of 64, comes back whole',
      async run(s) {
        const large = 'abcdefghijklmné\0'.repeat(5783)
        const key = await s.created({ large, small: '1' })
        await s.updated(key, { set: new Map([['small', '2']]) })
        assert.deepEqual(await s.fields(key), { large, small: '2' })
        await s.updated(key, { set: new Map([['second', large]]) })
        assert.deepEqual(await s.updated(key, { take: ['second'] }), { second: large })
        assert.equal((await s.store.destroy(key, 'rotated'))?.fields.get('large'), large)
      },
    },
    {
      title: 'a thousand fields come back whole, and may be written and removed together',
      async run(s) {
        const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, `v${i}`]))
        const key = await s.created(fields)
        assert.deepEqual(await s.fields(key), fields)
        const names = Object.keys(fields)
        await s.updated(key, { set: new Map(names.map((name) => [name, 'x'])) })
        assert.deepEqual(await s.fields(key), Object.fromEntries(names.map((name) => [name, 'x'])))
        await s.updated(key, { delete: names.slice(1) })
        assert.deepEqual(await s.fields(key), { f0: 'x' })
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
        for (const key of KEYS) await s.dead(key)
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
