/** @module The conformance suite: creating and loading. */

import assert from 'node:assert/strict'

import { record, type CaseGroup } from './subject.ts'

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
        assert.deepEqual(Object.fromEntries(loaded.fields), { a: '1', b: 'two' })
      },
    },
    {
      title: 'a created record is seen through another store object at once',
      async run(s) {
        const key = await s.created({ a: '1' })
        assert.deepEqual(await s.fields(key, s.other), { a: '1' })
      },
    },
    {
      title: 'a record without fields lives',
      async run(s) {
        const key = await s.created()
        assert.deepEqual(await s.fields(key), {})
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
      title: 'records under different keys do not touch each other',
      async run(s) {
        const [one, two] = [await s.created({ a: '1' }), await s.created({ a: '2' })]
        await s.updated(one, { set: new Map([['a', 'changed']]) })
        await s.store.destroy(one, 'logout')
        assert.deepEqual(await s.fields(two), { a: '2' })
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
  ],
}
