/** What a database over HTTP may do wrong, and what must never come of it. */

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive, type Store } from '../../src/core/store.ts'
import type { UpstashFault } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { lifetime, record } from './redis/fixture.ts'
import { useUpstash } from './upstash/fixture.ts'

const fixture = useUpstash()

const DROPS = ['drop-before', 'drop-after', 'cut'] as const
/** After these the commands were executed, though nobody was told. */
const EXECUTED: readonly UpstashFault[] = ['drop-after', 'cut', 'half', 'short']
const FAULTS: readonly UpstashFault[] = [
  'drop-before',
  ...EXECUTED,
  'unauthorized',
  'rate-limited',
  'bad-gateway',
  'redirect',
]

/** Every verb on a record that lives. */
const VERBS: Record<string, (store: Store, key: string) => Promise<unknown>> = {
  load: async (store, key) => store.load(key),
  update: async (store, key) => store.update(key, { increment: new Map([['n', 1]]) }, await lifetime(store)),
  'update with expect': async (store, key) =>
    store.update(
      key,
      { expect: new Map([['a', '1']]), increment: new Map([['n', 1]]) },
      await lifetime(store),
    ),
  touch: async (store, key) => store.touch(key, await lifetime(store)),
  destroy: async (store, key) => store.destroy(key, 'logout'),
  create: async (store, key) => store.create(`${key}2`, record(), await lifetime(store)),
  'index.add': async (store, key) =>
    store.index?.add('list', { key, createdAt: 1, until: (await store.now()) + 10_000 }),
  'index.entries': async (store) => store.index?.entries('list'),
  'index.remove': async (store, key) => store.index?.remove('list', [key]),
}

describe.each(Object.entries(VERBS))('%s', (verb, run) => {
  test.each(FAULTS)('is an error after %o, is sent once if it writes, and tells nothing', async (fault) => {
    const store = fixture.store()
    const key = await stored(store)
    fixture.upstash.fail(fault, { times: 2 })
    const failing = run(store, key).catch((caught: unknown) => caught)
    expect(await fixture.requestsOf(() => failing)).toBe(verb === 'load' && isDrop(fault) ? 2 : 1)
    const error = await failing
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', status: 503 })
    const secrets = [
      key,
      fixture.upstash.token,
      fixture.upstash.url,
      fixture.prefix,
      'MARKER',
      'hgetall',
      'html',
    ]
    const told = inspect(error, { depth: 9, showHidden: true }).replaceAll(/\n\s+at .*/g, '')
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([])

    fixture.upstash.heal()
    expect(await store.load(key)).toMatchObject(after(verb, EXECUTED.includes(fault)))
  })

  test('is an error when the server stays silent, and is not sent again', async () => {
    const store = fixture.store(500)
    const key = await stored(store)
    fixture.upstash.fail({ delay: 60_000 }, { times: 2 })
    const failing = run(store, key).catch((caught: unknown) => caught)
    expect(await fixture.requestsOf(() => failing)).toBe(1)
    expect(await failing).toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
  })
})

test.each(DROPS)('a read finds its record although the connection broke: %s', async (fault) => {
  const store = fixture.store()
  const key = await stored(store)
  fixture.upstash.fail(fault)
  expect(isAlive(await store.load(key))).toBe(true)
})

test('a session is never taken for none, and no increment happens twice, however the network fails', async () => {
  const sessions = new Sessions<{ n?: number }>({ timeout: '1s' }, fixture.store())
  const visitor = new Browser(sessions)
  await visitor.visit((session) => session.set('n', -1))
  // From now on the server knows the script.
  await visitor.visit((session) => session.increment('n'))
  const faults: UpstashFault[] = [...FAULTS, { delay: 60_000 }]
  const codes: unknown[] = []
  for (const fault of faults) {
    for (const which of ['hgetall', 'evalsha']) {
      fixture.upstash.fail(fault, {
        times: 2,
        when: ({ commands }) => commands.some(([name]) => name === which),
      })
      const failing = visitor.visit((session) => session.increment('n'))
      codes.push(await failing.then(String, (error: { code: unknown }) => error.code))
      fixture.upstash.heal()
    }
  }
  const late = codes.splice(-2)
  expect(codes).toEqual(codes.map(() => 'ERR_STORE_UNAVAILABLE'))
  expect(late).toEqual(['ERR_STORE_TIMEOUT', 'ERR_STORE_TIMEOUT'])
  const executed = faults.filter((fault) => typeof fault === 'object' || EXECUTED.includes(fault))
  expect(await visitor.visit((session) => session.get('n'))).toBe(executed.length)
})

/** What a verb leaves, whether or not anybody was told. */
function after(verb: string, isExecuted: boolean): object {
  if (verb === 'destroy' && isExecuted) return { ended: 'logout' }
  const fields = new Map([
    ['a', '1'],
    ['b', 'MARKER'],
  ])
  if (verb.startsWith('update') && isExecuted) fields.set('n', '1')
  return { fields }
}

async function stored(store: Store): Promise<string> {
  const key = crypto.randomUUID()
  await store.create(key, record({ a: '1', b: 'MARKER' }), await lifetime(store))
  return key
}

function isDrop(fault: UpstashFault): boolean {
  return (DROPS as readonly UpstashFault[]).includes(fault)
}
