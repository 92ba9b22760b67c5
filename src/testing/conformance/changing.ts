/** @module The conformance suite: changing single fields. */

import assert from 'node:assert/strict'

import { record, type CaseGroup } from './subject.ts'

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
        await s.dead(key)
        assert.equal((await s.update(key, {})).status, 'gone')
        assert.equal((await s.update(key, { expect: new Map([['a', null]]) })).status, 'gone')
        assert.equal((await s.update(key, { expect: new Map([['a', '1']]) })).status, 'gone')
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
      title: 'a record lives without fields, whether it began so or lost its last one',
      async run(s) {
        const began = await s.created({})
        assert.deepEqual(await s.fields(began), {})
        const key = await s.created({ a: '1', b: '2' })
        await s.updated(key, { delete: ['a'], take: ['b'] })
        assert.deepEqual(await s.fields(key), {})
        await s.updated(key, { set: new Map([['c', '3']]) })
        assert.deepEqual(await s.fields(key), { c: '3' })
      },
    },
    {
      title: 'taking a field answers what it held and removes it; a missing one is null',
      async run(s) {
        const key = await s.created({ flash: 'saved', a: '1', b: '2' })
        const taken = { flash: 'saved', missing: null }
        assert.deepEqual(await s.updated(key, { take: ['flash', 'missing'] }), taken)
        assert.deepEqual(await s.fields(key), { a: '1', b: '2' })
        assert.deepEqual(await s.updated(key, { take: ['flash'] }), { flash: null })
        const onCondition = { take: ['a', 'missing'], expect: new Map([['a', '1']]) }
        assert.deepEqual(await s.updated(key, onCondition), { a: '1', missing: null })
        assert.deepEqual(await s.fields(key), { b: '2' })
      },
    },
    {
      title: 'one change may set, delete, increment, take and expect together',
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
      title: 'a change whose parts are all empty is done',
      async run(s) {
        const key = await s.created({ a: '1' })
        const nothing = {
          set: new Map<string, string>(),
          delete: [],
          increment: new Map<string, number>(),
          take: [],
          expect: new Map<string, string | null>(),
        }
        assert.deepEqual(await s.updated(key, nothing), {})
        assert.deepEqual(await s.fields(key), { a: '1' })
      },
    },
    {
      title: 'writing what is there already is done, and so is touching to the same deadline',
      async run(s) {
        const { absoluteAt } = await s.lifetime()
        const lifetime = { idle: 2 * 86_400_000, absoluteAt }
        const key = s.key()
        await s.store.create(key, record({ a: '1' }), lifetime)
        for (let round = 0; round < 2; round++) {
          const result = await s.store.update(key, { set: new Map([['a', '1']]) }, lifetime)
          assert.equal(result.status, 'ok')
          assert.equal(await s.store.touch(key, lifetime), true)
        }
      },
    },
  ],
}
