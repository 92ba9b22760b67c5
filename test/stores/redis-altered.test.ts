/** Replies that a client has changed: the right answer comes of them, or an error, never a wrong answer. */

import { inspect, isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import type { IndexEntry, MaybePromise, Store } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { alteredClient, type Alteration, STRANGE, UNDERSTOOD } from './redis/altered.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'

const fixture = useFixture()

const FIELDS = { a: '1', b: '$text', c: '{"json":[1]}' }
const EXPECTING = { expect: new Map([['a', '1']]), set: new Map([['b', '$2']]), take: ['c'] }

interface Verb {
  /** Whether Redis says with nothing that there is nothing, so that nothing is no strange reply. */
  mayBeEmpty?: boolean
  /** What is there before. */
  prepare: (store: Store, key: string) => Promise<unknown>
  run: (store: Store, key: string) => Promise<unknown>
}

const nothing = async (): Promise<void> => {}
const living: Verb['prepare'] = async (store, key) => store.create(key, record(FIELDS), await lifetime(store))
const ended: Verb['prepare'] = async (store, key) => {
  await living(store, key)
  await store.destroy(key, 'logout')
}
const past = async (store: Store): Promise<{ idle: number; absoluteAt: number }> => lifetime(store, 1000, -1)

const load: Verb['run'] = async (store, key) => store.load(key)
const create: Verb['run'] = async (store, key) => store.create(key, record(FIELDS), await lifetime(store))
const createPast: Verb['run'] = async (store, key) => store.create(key, record(FIELDS), await past(store))
const touch: Verb['run'] = async (store, key) => store.touch(key, await lifetime(store))
const touchPast: Verb['run'] = async (store, key) => store.touch(key, await past(store))
const destroy: Verb['run'] = async (store, key) => store.destroy(key, 'revoked')
const expecting: Verb['run'] = async (store, key) => store.update(key, EXPECTING, await lifetime(store))
const conflicting: Verb['run'] = async (store, key) =>
  store.update(key, { expect: new Map([['a', 'other']]) }, await lifetime(store))
const counting: Verb['run'] = async (store, key) =>
  store.update(
    key,
    {
      expect: new Map([['a', '1']]),
      increment: new Map([
        ['a', 1],
        ['b', 1],
      ]),
    },
    await lifetime(store),
  )

const setting: Verb['run'] = async (store, key) =>
  store.update(
    key,
    { set: new Map([['b', '$2']]), increment: new Map([['a', 1]]), take: ['c'], delete: ['d'] },
    await lifetime(store),
  )
const listed: Verb['prepare'] = async (store, list) => {
  const now = await store.now()
  await store.index!.add(list, { key: 'k', createdAt: 1, until: now + 3_600_000 })
  await store.index!.bar!(list, { at: 1, spare: 'k', until: now + 3_600_000 })
}
const add: Verb['run'] = async (store, list) =>
  store.index!.add(list, { key: 'k2', createdAt: 2, until: (await store.now()) + 3_600_000 })
/** Until when the entry counts differs each time. */
const namesOf = async (entries: MaybePromise<IndexEntry[]>): Promise<unknown> =>
  (await entries).map(({ key, createdAt }) => [key, createdAt])

const VERBS: Record<string, Verb> = {
  'load of a living record': { prepare: living, run: load },
  'load of a missing record': { prepare: nothing, run: load },
  'load of an ended record': { prepare: ended, run: load },
  'create under a free key': { prepare: nothing, run: create },
  'create under a taken key': { prepare: living, run: create },
  'create of what is past': { prepare: nothing, run: createPast },
  'create of what is past under a taken key': { prepare: living, run: createPast },
  'touch of a living record': { prepare: living, run: touch },
  'touch of a missing record': { prepare: nothing, run: touch },
  'touch of an ended record': { prepare: ended, run: touch },
  'touch beyond the end': { prepare: living, run: touchPast },
  'destroy of a living record': { prepare: living, run: destroy },
  'destroy of a missing record': { prepare: nothing, run: destroy },
  'destroy of an ended record': { prepare: ended, run: destroy },
  'update that expects what is there': { prepare: living, run: expecting },
  'update that expects something else': { prepare: living, run: conflicting },
  'update that expects and counts': { prepare: living, run: counting },
  'update that expects of a missing record': { prepare: nothing, run: expecting },
  'update that expects of an ended record': { prepare: ended, run: expecting },
  'update of a living record': { prepare: living, run: setting },
  'update of a missing record': { prepare: nothing, run: setting },
  'update of an ended record': { prepare: ended, run: setting },
  'adding to a list': { prepare: listed, run: add },
  'reading a list': {
    mayBeEmpty: true,
    prepare: listed,
    run: (store, list) => namesOf(store.index!.entries(list)),
  },
  'the first of a list': {
    mayBeEmpty: true,
    prepare: listed,
    run: (store, list) => namesOf(store.index!.first!(list, 1)),
  },
  'looking into a list': { prepare: listed, run: async (store, list) => store.index!.look!(list, 'k') },
  'looking into an empty list': {
    prepare: nothing,
    run: async (store, list) => store.index!.look!(list, 'k'),
  },
  'barring a list': {
    prepare: listed,
    run: async (store, list) => store.index!.bar!(list, { at: 2, spare: null, until: 8_000_000_000_000 }),
  },
  'removing from a list': { prepare: listed, run: async (store, list) => store.index!.remove(list, ['k']) },
}

/** What a caller learns, without what differs each time. */
async function answerOf(work: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await work
    if (typeof answer !== 'object' || answer === null || !('meta' in answer)) return answer
    const { expiresIn, now, ...rest } = answer as { expiresIn: number; now: number; meta: string }
    return {
      ...rest,
      lives: expiresIn > 3_500_000 && expiresIn <= 3_600_000,
      isNow: Math.abs(now - Date.now()) < 10_000,
    }
  } catch (error) {
    return error
  }
}

function isTyped(answer: unknown): boolean {
  return (
    isSessionError(answer, 'ERR_STORE_UNAVAILABLE') &&
    /transformer.*type mapping/.test(answer.message) &&
    !/\$text|json|meta/.test(inspect(answer).replaceAll(/\n\s+at .*/g, ''))
  )
}

describe.for(Object.entries(VERBS))('%s', ([, { prepare, run, mayBeEmpty = false }]) => {
  async function alterAll(
    alterations: Record<string, Alteration>,
    judge: (answer: unknown, right: unknown, how: string) => void,
  ): Promise<void> {
    const altered = alteredClient(fixture.server.url)
    const store = redisStore(altered.client)
    const other = await fixture.open('node-redis 6')
    await prepare(other, 'right')
    await store.now()
    let right: unknown
    const places = await altered.during(-1, String, async () => {
      right = await answerOf(run(store, 'right'))
    })
    expect(right).not.toBeInstanceOf(Error)
    for (const [name, alter] of Object.entries(alterations)) {
      for (let at = 0; at < places; at++) {
        const key = crypto.randomUUID()
        await prepare(other, key)
        let answer: unknown
        await altered.during(at, alter, async () => {
          answer = await answerOf(run(store, key))
        })
        judge(answer, right, `${name}, at ${at}`)
      }
    }
    altered.client.disconnect()
  }

  test('understands what can mean but one thing', async () => {
    await alterAll(UNDERSTOOD, (answer, right, how) => expect(answer, how).toEqual(right))
  })

  test('answers right or with an error that names the cause, whatever the reply', async () => {
    const wrong: unknown[] = []
    await alterAll(STRANGE, (answer, right, how) => {
      if (mayBeEmpty && isDeepStrictEqual(answer, [])) return
      if (!isTyped(answer) && !isDeepStrictEqual(answer, right)) wrong.push([how, answer])
    })
    expect(wrong).toEqual([])
  })
})

test.for(Object.entries({ ...UNDERSTOOD, ...STRANGE }))(
  'the clock is right, or says that it is not: %s',
  async ([, alter]) => {
    const altered = alteredClient(fixture.server.url)
    let answer: unknown
    await altered.during(0, alter, async () => {
      const store = redisStore(altered.client)
      answer = await answerOf(Promise.resolve().then(async () => store.now()))
    })
    expect(isTyped(answer) || Math.abs(Number(answer) - Date.now()) < 10_000).toBe(true)
    altered.client.disconnect()
  },
)
