/** @module The conformance suite: what holds when many callers write at once. */

import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'

import { isAlive } from '../../core/store.ts'
import { record, together, type CaseGroup, type Subject } from './subject.ts'

/** Every verb is atomic for one record, whichever store object it goes through. */
export const racing: CaseGroup = {
  title: 'many callers at once',
  needsAtomic: true,
  cases: [
    {
      title: 'of 20 parallel creations under one key one succeeds, and its record is kept',
      async run(s) {
        const key = s.key()
        const lifetime = await s.lifetime()
        const results = await together(20, (i) => either(s, i).create(key, record({ i: `${i}` }), lifetime))
        assert.equal(results.filter(Boolean).length, 1)
        assert.deepEqual(await s.fields(key), { i: `${results.indexOf(true)}` })
      },
    },
    {
      title: '20 parallel updates of 20 different fields all stay',
      async run(s) {
        const key = await s.created({ before: '1' })
        await together(20, (i) => s.updated(key, { set: new Map([[`f${i}`, `${i}`]]) }, either(s, i)))
        const expected = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, `${i}`]))
        assert.deepEqual(await s.fields(key), { before: '1', ...expected })
      },
    },
    {
      title: 'fields set while others are deleted stay',
      async run(s) {
        const names = Array.from({ length: 20 }, (_, i) => `old${i}`)
        const key = await s.created(Object.fromEntries(names.map((name) => [name, '1'])))
        await together(40, (i) => {
          const change = i % 2 ? { set: new Map([[`new${i}`, '1']]) } : { delete: [names[i / 2]!] }
          return s.updated(key, change, either(s, i >> 1))
        })
        const left = Object.keys(await s.fields(key))
        assert.equal(left.length, 20)
        assert.ok(left.every((name) => name.startsWith('new')))
      },
    },
    {
      title: '200 parallel increments end at 200, each with its own sum',
      async run(s) {
        const key = await s.created()
        const increment = new Map([['n', 1]])
        const sums = await together(200, async (i) =>
          Number((await s.updated(key, { increment }, either(s, i)))['n']),
        )
        assert.deepEqual(await s.fields(key), { n: '200' })
        assert.deepEqual(
          sums.toSorted((a, b) => a - b),
          Array.from({ length: 200 }, (_, i) => i + 1),
        )
      },
    },
    {
      title: '50 parallel compare-and-set loops lose nothing',
      async run(s) {
        const key = await s.created({ list: '' })
        await together(50, async (i) => {
          const store = either(s, i)
          // Each conflict is another caller's success, so 50 attempts are enough.
          for (let attempt = 0; attempt < 50; attempt++) {
            const list = (await s.fields(key, store))['list']!
            const result = await s.update(
              key,
              { expect: new Map([['list', list]]), set: new Map([['list', `${list}${i},`]]) },
              store,
            )
            if (result.status === 'ok') return
            assert.equal(result.status, 'conflict')
          }
          assert.fail('50 conflicts with 49 other callers')
        })
        const numbers = (await s.fields(key))['list']!.split(',').slice(0, -1).map(Number)
        assert.deepEqual(
          numbers.toSorted((a, b) => a - b),
          Array.from({ length: 50 }, (_, i) => i),
        )
      },
    },
    {
      title: 'of 20 parallel takers one gets the value',
      async run(s) {
        const key = await s.created({ flash: 'once' })
        const got = await together(
          20,
          async (i) => (await s.updated(key, { take: ['flash'] }, either(s, i)))['flash'],
        )
        assert.deepEqual(
          got.filter((value) => value === 'once'),
          ['once'],
        )
      },
    },
    {
      title: 'of 20 parallel destroyers one gets the record',
      async run(s) {
        const key = await s.created({ a: '1' })
        const held = await together(20, (i) => either(s, i).destroy(key, 'rotated'))
        assert.equal(held.filter((answer) => answer !== null).length, 1)
        await s.dead(key, ['rotated'])
      },
    },
    {
      title: 'touching in parallel with updates loses no field',
      async run(s) {
        const key = await s.created()
        const lifetime = await s.lifetime()
        await together(40, async (i) => {
          if (i % 2) assert.equal(await either(s, i >> 1).touch(key, lifetime), true)
          else await s.updated(key, { set: new Map([[`f${i}`, '1']]) }, either(s, i >> 1))
        })
        assert.equal(Object.keys(await s.fields(key)).length, 20)
      },
    },
    {
      title: 'no reader sees half a creation',
      async run(s) {
        const [key, lifetime] = [s.key(), await s.lifetime()]
        const create = async () => s.store.create(key, record({ a: '1', b: '1', c: '1' }), lifetime)
        for (const size of await sizesSeen(s, key, create))
          assert.ok(size === 0 || size === 3, `a reader saw ${size} fields of 3`)
      },
    },
    {
      title: 'no reader sees half a change',
      async run(s) {
        const key = await s.created({ a: '1' })
        const set = new Map([
          ['b', '1'],
          ['c', '1'],
        ])
        const change = { set, delete: ['a'], increment: new Map([['n', 1]]) }
        for (const size of await sizesSeen(s, key, () => s.updated(key, change)))
          assert.ok(size === 1 || size === 3, `a reader saw ${size} fields of 3`)
      },
    },
    {
      title: 'no interleaving of writers with a destroyer leaves or brings back a living record',
      async run(s) {
        for (let round = 0; round < 40; round++) await interleave(s)
      },
    },
    {
      title: 'an update that was acknowledged before the record ended is in what destroy answers',
      async run(s) {
        for (let round = 0; round < 20; round++) {
          const key = await s.created()
          const acknowledged: string[] = []
          const writers = together(8, async (i) => {
            await pause()
            const result = await s.update(key, { set: new Map([[`f${i}`, '1']]) }, either(s, i))
            if (result.status === 'ok') acknowledged.push(`f${i}`)
          })
          await pause()
          const before = [...acknowledged]
          const held = await s.other.destroy(key, 'rotated')
          await writers
          const names = [...(held?.fields.keys() ?? [])]
          assert.deepEqual(
            before.filter((name) => !names.includes(name)),
            [],
          )
          assert.deepEqual(
            acknowledged.toSorted(),
            names.toSorted(),
            'what was said to be written was written',
          )
        }
      },
    },
  ],
}

/** How many fields readers saw, again and again, while something was written. */
async function sizesSeen(s: Subject, key: string, write: () => Promise<unknown>): Promise<number[]> {
  const sizes: number[] = []
  let isWritten = false
  const readers = together(4, async (i) => {
    while (!isWritten) {
      const answer = await either(s, i).load(key)
      sizes.push(isAlive(answer) ? [...answer.fields].length : 0)
      await turn()
    }
  })
  await turn()
  await write().finally(() => (isWritten = true))
  await readers
  return sizes
}

async function interleave(s: Subject): Promise<void> {
  const key = await s.created({ n: '0' })
  const lifetime = await s.lifetime()
  let ended = false
  const writers = together(12, async (i) => {
    await pause()
    const late = ended
    const store = either(s, i)
    if (i % 4 === 3) {
      const touched = await store.touch(key, lifetime)
      if (late) assert.equal(touched, false)
      return
    }
    const change = i % 2 ? { increment: new Map([['n', 1]]) } : { set: new Map([[`f${i}`, '1']]) }
    const result = await store.update(key, change, lifetime)
    if (late) assert.equal(result.status, 'gone')
  })
  const destroyer = (async () => {
    await pause()
    await s.other.destroy(key, 'logout')
    ended = true
    for (const store of [s.store, s.other]) assert.ok(!isAlive(await store.load(key)))
  })()
  await Promise.all([writers, destroyer])
  await s.dead(key, ['logout'])
  await s.dead(key, ['logout'], s.other)
}

/** The one store object or the other, by turns. */
function either(s: Subject, index: number): Subject['store'] {
  return index % 2 ? s.other : s.store
}

/** Waits for zero to five turns of the event loop. */
async function pause(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 6); turns > 0; turns--) await turn()
}
