/** @module The conformance suite: destroying. */

import assert from 'node:assert/strict'

import { record, REASONS, SLACK, type CaseGroup } from './subject.ts'

/** What was destroyed stays destroyed. */
export const ending: CaseGroup = {
  title: 'ending',
  cases: [
    {
      title: 'destroying answers what the record held',
      async run(s) {
        const key = s.key()
        await s.store.create(key, record({ a: '1' }, 'meta'), await s.lifetime(60_000))
        await s.store.update(key, { set: new Map([['b', '2']]) }, await s.lifetime(60_000))
        const held = await s.store.destroy(key, 'rotated')
        assert.equal(held?.meta, 'meta')
        const fields = new Map([
          ['a', '1'],
          ['b', '2'],
        ])
        assert.deepEqual(held?.fields, fields, 'the fields must be a Map')
        assert.ok(held && held.expiresIn > 0 && held.expiresIn <= 60_000)
        assert.ok(Math.abs(held.now - (await s.store.now())) < SLACK)
      },
    },
    {
      title: 'destroying a missing record answers null and is no error',
      async run(s) {
        assert.equal(await s.store.destroy(s.key(), 'logout'), null)
      },
    },
    {
      title: 'destroying twice answers null the second time, and the first reason counts',
      async run(s) {
        const key = await s.created({ a: '1' })
        assert.ok(await s.store.destroy(key, 'logout'))
        assert.equal(await s.store.destroy(key, 'revoked'), null)
        assert.equal(await s.other.destroy(key, 'revoked'), null)
        await s.dead(key, ['logout'])
      },
    },
    {
      title: 'if the reason is kept, load and update tell the same one that destroy was given',
      async run(s) {
        for (const reason of REASONS) {
          const key = await s.created()
          await s.store.destroy(key, reason)
          await s.dead(key, [reason])
          const answer = await s.store.load(key)
          const result = await s.update(key, { set: new Map([['a', '1']]) })
          assert.ok(result.status === 'gone')
          if (answer && 'ended' in answer) assert.equal(result.ended, reason)
          else assert.equal(result.ended, undefined)
        }
      },
    },
    {
      title: 'no update brings a destroyed record back',
      async run(s) {
        const key = await s.created({ a: '1', n: '1' })
        await s.store.destroy(key, 'logout')
        const changes = [
          {},
          { set: new Map([['a', '2']]) },
          { delete: ['a'] },
          { increment: new Map([['n', 1]]) },
          { take: ['a'] },
          { expect: new Map([['a', null]]), set: new Map([['a', '2']]) },
        ]
        for (const change of changes) {
          for (const store of [s.store, s.other]) {
            assert.equal((await s.update(key, change, store)).status, 'gone')
            await s.dead(key, ['logout'])
          }
        }
      },
    },
    {
      title: 'no touch brings a destroyed record back',
      async run(s) {
        const key = await s.created({ a: '1' })
        await s.store.destroy(key, 'logout')
        assert.equal(await s.store.touch(key, await s.lifetime()), false)
        assert.equal(await s.other.touch(key, await s.lifetime()), false)
        await s.dead(key, ['logout'])
      },
    },
    {
      title: 'while the reason of a destroyed record is kept its key stays taken',
      async run(s) {
        const key = await s.created({ a: '1' })
        await s.store.destroy(key, 'revoked')
        const kept = (await s.store.load(key)) !== null
        const created = await s.store.create(key, record({ b: '2' }), await s.lifetime())
        if (kept) assert.equal(created, false)
        if (kept) return s.dead(key, ['revoked'])
        assert.equal(created, true)
        assert.deepEqual(await s.fields(key), { b: '2' })
      },
    },
  ],
}
