/** @module The conformance suite: deadlines. */

import assert from 'node:assert/strict'

import { record, SLACK, type CaseGroup, type Subject } from './subject.ts'

/** Longer than 31 bits of seconds reach, and much longer than `setTimeout` does. */
const YEARS = 25 * 365 * 86_400_000

/** A record lives until the earlier of its two deadlines, by the store's clock. */
export const lasting: CaseGroup = {
  title: 'deadlines',
  cases: [
    {
      title: 'a record ends when its idle time is over',
      async run(s) {
        const key = await lastingFor(s, s.span, s.span * 100)
        await s.advance(s.span / 4)
        await s.alive(key)
        await s.advance(s.span)
        await over(s, key, 'idle')
      },
    },
    {
      title: 'a record ends at its absolute deadline however long the idle time',
      async run(s) {
        const key = await lastingFor(s, s.span * 100, s.span)
        await s.advance(s.span / 4)
        await s.alive(key)
        await s.advance(s.span)
        await over(s, key, 'absolute')
      },
    },
    {
      title: 'touching moves the idle deadline and changes nothing else',
      async run(s) {
        const key = await lastingFor(s, s.span, s.span * 100)
        const before = await s.alive(key)
        assert.equal(await s.store.touch(key, await s.lifetime(s.span * 3, s.span * 100)), true)
        await s.advance(s.span * 1.25)
        const after = await s.alive(key)
        assert.deepEqual(after.fields, before.fields)
        assert.equal(after.meta, before.meta)
        await s.advance(s.span * 2.25)
        await s.dead(key, ['idle'])
      },
    },
    {
      title: 'touching may bring the deadline nearer',
      async run(s) {
        const key = await lastingFor(s, s.span * 100, s.span * 100)
        assert.equal(await s.store.touch(key, await s.lifetime(s.span, s.span * 100)), true)
        await s.advance(s.span * 1.25)
        await s.dead(key, ['idle'])
      },
    },
    {
      title: 'updating moves the idle deadline, away or nearer',
      async run(s) {
        const [away, nearer] = [
          await lastingFor(s, s.span, s.span * 100),
          await lastingFor(s, s.span * 100, s.span * 100),
        ]
        const change = { set: new Map([['b', '2']]) }
        await s.store.update(away, change, await s.lifetime(s.span * 3, s.span * 100))
        await s.store.update(nearer, change, await s.lifetime(s.span, s.span * 100))
        await s.advance(s.span * 1.25)
        assert.deepEqual(await s.fields(away), { a: '1', b: '2' })
        await s.dead(nearer, ['idle'])
      },
    },
    {
      title: 'an empty change moves the idle deadline and nothing else',
      async run(s) {
        const key = await lastingFor(s, s.span, s.span * 100)
        const result = await s.store.update(key, {}, await s.lifetime(s.span * 3, s.span * 100))
        assert.equal(result.status, 'ok')
        await s.advance(s.span * 1.25)
        assert.deepEqual(await s.fields(key), { a: '1' })
      },
    },
    {
      title: 'a conflict leaves the deadline where it was',
      async run(s) {
        const key = await s.created({ a: '1' })
        const soon = await s.lifetime(60_000)
        const result = await s.store.update(key, { expect: new Map([['a', 'wrong']]) }, soon)
        assert.equal(result.status, 'conflict')
        assert.ok((await s.alive(key)).expiresIn > 60_000)
      },
    },
    {
      title: 'neither touching nor updating can pass the absolute deadline',
      async run(s) {
        const key = s.key()
        const { absoluteAt } = await s.lifetime(0, s.span)
        const lifetime = { idle: s.span * 100, absoluteAt }
        await s.store.create(key, record({ a: '1' }), lifetime)
        assert.equal(await s.store.touch(key, lifetime), true)
        assert.ok((await s.alive(key)).expiresIn <= s.span)
        await s.store.update(key, { set: new Map([['a', '2']]) }, lifetime)
        assert.ok((await s.alive(key)).expiresIn <= s.span)
        await s.advance(s.span * 1.25)
        await s.dead(key, ['absolute'])
      },
    },
    {
      title: 'touching a missing record answers false and creates nothing',
      async run(s) {
        const key = s.key()
        assert.equal(await s.store.touch(key, await s.lifetime()), false)
        await s.dead(key)
      },
    },
    {
      title: 'a lifetime that is already over leaves nothing alive',
      async run(s) {
        const past = { idle: 60_000, absoluteAt: (await s.store.now()) - 60_000 }
        const [created, touched, updated] = [s.key(), await s.created(), await s.created()]
        await s.store.create(created, record({ a: '1' }), past)
        await s.store.touch(touched, past)
        await s.store.update(updated, { set: new Map([['a', '1']]) }, past)
        for (const key of [created, touched, updated]) await s.dead(key, ['absolute'])
      },
    },
    {
      title: 'a record created under the key of an expired one holds nothing of it',
      async run(s) {
        const key = await lastingFor(s, s.span, s.span * 100)
        await s.advance(s.span * 1.25)
        const created = await s.store.create(key, record({ b: '2' }, 'new'), await s.lifetime())
        if (!created) return s.dead(key, ['idle'])
        const loaded = await s.alive(key)
        assert.equal(loaded.meta, 'new')
        assert.deepEqual(Object.fromEntries(loaded.fields), { b: '2' })
      },
    },
    {
      title: 'a loaded record tells how long it has left, and the time, by the clock of the store',
      async run(s) {
        const [idle, absolute] = [await s.created({ a: '1' }), s.key()]
        await s.store.create(absolute, record({ a: '1' }), await s.lifetime(86_400_000, 1_800_000))
        for (const [key, left] of [
          [idle, 3_600_000],
          [absolute, 1_800_000],
        ] as const) {
          const { expiresIn, now } = await s.alive(key)
          assert.ok(expiresIn <= left && expiresIn > left - SLACK, `${expiresIn} ms left of ${left}`)
          assert.ok(Number.isSafeInteger(now), `${now} is no whole number of milliseconds`)
          assert.ok(Math.abs(now - (await s.store.now())) < SLACK)
        }
        await s.advance(s.span)
        const { expiresIn } = await s.alive(idle)
        assert.ok(expiresIn <= 3_600_000 - s.span * 0.9, 'the time left must shrink')
      },
    },
    {
      title: 'loading does not move the deadline',
      async run(s) {
        const key = await lastingFor(s, s.span, s.span * 100)
        await s.advance(s.span * 0.75)
        await s.store.load(key)
        await s.advance(s.span * 0.5)
        await s.dead(key, ['idle'])
      },
    },
    {
      title: 'a record may live for years',
      async run(s) {
        const key = await lastingFor(s, YEARS, YEARS * 2)
        // A timer that was asked for too much fires within milliseconds.
        await s.advance(50)
        assert.ok((await s.alive(key)).expiresIn > YEARS - s.span)
        assert.equal(await s.store.touch(key, await s.lifetime(YEARS * 2, YEARS)), true)
        await s.advance(50)
        assert.ok((await s.alive(key)).expiresIn > YEARS - s.span)
      },
    },
  ],
}

/** Creates a record with `a: '1'` and these two lifetimes in milliseconds. */
async function lastingFor(s: Subject, idle: number, absolute: number): Promise<string> {
  const key = s.key()
  assert.equal(await s.store.create(key, record({ a: '1' }), await s.lifetime(idle, absolute)), true)
  return key
}

/** Fails unless the record is over for every verb, and stays so. */
async function over(s: Subject, key: string, reason: 'idle' | 'absolute'): Promise<void> {
  await s.dead(key, [reason])
  await s.dead(key, [reason], s.other)
  assert.equal(await s.store.touch(key, await s.lifetime()), false)
  const result = await s.update(key, { set: new Map([['a', 'revived']]) })
  assert.ok(result.status === 'gone')
  if (result.ended) assert.equal(result.ended, reason)
  assert.equal(await s.store.destroy(key, 'logout'), null)
  assert.equal(await s.store.touch(key, await s.lifetime()), false)
  await s.dead(key, [reason])
}
