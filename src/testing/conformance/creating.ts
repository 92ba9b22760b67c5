/** @module The conformance suite: creating and loading. */

import assert from 'node:assert/strict'

import { record, SLACK, together, type CaseGroup } from './subject.ts'

/** `create` stores only what is not there; `load` answers exactly what was stored. */
export const creating: CaseGroup = {
  title: 'creating and loading',
  cases: [
    {
      title: 'a created record is loaded with its meta and its fields',
      async run(s) {
        const key = s.key()
        assert.equal(
          await s.store.create(key, record({ a: '1', b: 'two' }, 'meta'), await s.lifetime()),
          true,
        )
        const loaded = await s.alive(key)
        assert.equal(loaded.meta, 'meta')
        const fields = new Map([
          ['a', '1'],
          ['b', 'two'],
        ])
        assert.deepEqual(loaded.fields, fields, 'the fields must be a Map')
      },
    },
    {
      title: 'a missing record loads as null',
      async run(s) {
        assert.equal(await s.store.load(s.key()), null)
      },
    },
    {
      title: 'creating under a taken key answers false and changes nothing',
      async run(s) {
        const key = s.key()
        await s.store.create(key, record({ a: '1' }, 'first'), await s.lifetime())
        const before = await s.alive(key)
        const again = await s.other.create(
          key,
          record({ a: '2', b: '2' }, 'second'),
          await s.lifetime(60_000),
        )
        assert.equal(again, false)
        const after = await s.alive(key)
        assert.equal(after.meta, 'first')
        assert.deepEqual(after.fields, before.fields)
        assert.ok(after.expiresIn > 60_000, 'the deadline must not move')
      },
    },
    {
      title: 'what one store object creates, changes, touches or ends, another sees at once',
      async run(s) {
        const key = await s.created({ a: '1' })
        assert.deepEqual(await s.fields(key, s.other), { a: '1' })
        await s.updated(key, { set: new Map([['a', '2']]) })
        assert.deepEqual(await s.fields(key, s.other), { a: '2' })
        await s.updated(key, { set: new Map([['a', '3']]) }, s.other)
        assert.deepEqual(await s.fields(key), { a: '3' })
        assert.equal(await s.store.touch(key, await s.lifetime(7_200_000)), true)
        assert.ok((await s.alive(key, s.other)).expiresIn > 3_600_000)
        await s.other.destroy(key, 'logout')
        await s.dead(key, ['logout'])
      },
    },
    {
      title: 'records under different keys do not touch each other, also when they are used at once',
      async run(s) {
        await together(30, async (i) => {
          const key = await s.created({ own: `${i}` })
          const change = { set: new Map([['own', `${i}!`]]), increment: new Map([['n', i]]) }
          assert.deepEqual(await s.updated(key, change), { n: `${i}` })
          const expected = { own: `${i}!`, n: `${i}` }
          assert.deepEqual(await s.fields(key), expected)
          const held = i % 2 ? await s.store.destroy(key, 'logout') : await s.alive(key)
          assert.deepEqual(Object.fromEntries(held?.fields ?? []), expected)
        })
      },
    },
    {
      title: 'changing a map after handing it over changes nothing in the store',
      async run(s) {
        const key = s.key()
        const fields = new Map([['a', '1']])
        await s.store.create(key, { meta: '', fields }, await s.lifetime())
        fields.set('a', 'changed').set('b', 'added')
        assert.deepEqual(await s.fields(key), { a: '1' })
      },
    },
    {
      title: 'a loaded record is a snapshot that later writes do not change',
      async run(s) {
        const key = await s.created({ a: '1', n: '1', t: '1' })
        const loaded = await s.alive(key)
        const change = { set: new Map([['a', '2']]), increment: new Map([['n', 1]]), take: ['t'] }
        await s.updated(key, change)
        assert.deepEqual(Object.fromEntries(loaded.fields), { a: '1', n: '1', t: '1' })
      },
    },
    {
      title: 'a store has a name and says what it can promise',
      async run(s) {
        assert.match(s.store.name, /^\S+$/)
        assert.equal(typeof s.store.capabilities.atomic, 'boolean')
        assert.equal(typeof s.store.capabilities.durable, 'boolean')
      },
    },
    {
      title: 'store objects on one backend have the same identity, or none',
      async run(s) {
        assert.ok(['string', 'undefined'].includes(typeof s.store.identity))
        assert.equal(s.other.identity, s.store.identity)
      },
    },
    {
      title: 'the clock tells whole milliseconds since the epoch, and goes on',
      async run(s) {
        const before = await s.store.now()
        assert.ok(Number.isSafeInteger(before) && before > 0, `${before} is no such time`)
        assert.ok(Math.abs((await s.other.now()) - before) < SLACK, 'store objects must share a clock')
        await s.advance(s.span)
        const passed = (await s.store.now()) - before
        assert.ok(passed > s.span * 0.9, `${passed} ms have passed instead of ${s.span}`)
      },
    },
  ],
}
