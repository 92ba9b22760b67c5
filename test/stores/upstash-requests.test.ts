import { describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive, type Store } from '../../src/core/store.ts'
import { upstashStore } from '../../src/stores/upstash.ts'
import { startUpstash } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { lifetime, record } from './redis/fixture.ts'
import { useUpstash } from './upstash/fixture.ts'

const fixture = useUpstash()

async function opened(): Promise<Store> {
  const store = upstashStore(address(), { prefix: fixture.prefix })
  await store.now()
  await store.create('k', record({ a: '1', n: '1' }), await lifetime(store))
  return store
}

function address(): { url: string; token: string } {
  return { url: fixture.upstash.url, token: fixture.upstash.token }
}

describe('each verb is one request', () => {
  const VERBS: Record<string, (store: Store) => Promise<unknown>> = {
    create: async (store) => store.create('new', record({ a: '1' }), await lifetime(store)),
    load: async (store) => store.load('k'),
    'load of a missing record': async (store) => store.load('missing'),
    touch: async (store) => store.touch('k', await lifetime(store)),
    update: async (store) =>
      store.update(
        'k',
        { set: new Map([['b', '2']]), delete: ['c'], increment: new Map([['n', 1]]), take: ['a'] },
        await lifetime(store),
      ),
    'update with expect': async (store) =>
      store.update('k', { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }, await lifetime(store)),
    destroy: async (store) => store.destroy('k', 'logout'),
    'index.add': async (store) =>
      store.index?.add('list', { key: 'k', createdAt: 1, until: (await store.now()) + 10_000 }),
    'index.entries': async (store) => store.index?.entries('list'),
    'index.remove': async (store) => store.index?.remove('list', ['k']),
    'many loads of one tick': async (store) =>
      Promise.all(['k', 'a', 'b', 'c'].map(async (key) => store.load(key))),
  }

  test.each(Object.entries(VERBS))('%s', async (_name, run) => {
    const store = await opened()
    expect(await fixture.requestsOf(() => run(store))).toBe(1)
  })

  test('reading a session, also the first of a process, and every write to it', async () => {
    const visitor = new Browser(new Sessions({}, await opened()))
    await visitor.visit((session) => session.set('a', 1))
    const cold = new Browser(new Sessions({}, upstashStore(address(), { prefix: fixture.prefix })))
    cold.token = visitor.token
    expect(await fixture.requestsOf(() => cold.visit((session) => session.get('a')))).toBe(1)
    expect(await fixture.requestsOf(() => cold.visit((session) => session.set('b', 2)))).toBe(2)
  })

  test('but the first of all, if it writes, also asks for the time', async () => {
    const store = upstashStore(address(), { prefix: fixture.prefix })
    const visitor = new Browser(new Sessions({}, store))
    expect(await fixture.requestsOf(() => visitor.visit((session) => session.set('a', 1)))).toBe(2)
  })
})

test('a request carries the token in its header alone, asks for base64 and is not to be cached', async () => {
  const store = await opened()
  const seen: { input: unknown; init: RequestInit | undefined }[] = []
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    seen.push({ input, init })
    return fetch(input, init)
  }
  try {
    await store.load('k')
  } finally {
    globalThis.fetch = fetch
  }
  const init = { method: 'POST', cache: 'no-store', redirect: 'manual', signal: expect.anything() }
  expect(seen).toMatchObject([{ input: `${fixture.upstash.url}/pipeline`, init }])
  const { headers } = fixture.upstash.requests.at(-1)!
  expect(headers).toMatchObject({
    authorization: `Bearer ${fixture.upstash.token}`,
    'upstash-encoding': 'base64',
    'content-type': 'application/json',
  })
})

describe('where a replica lags', () => {
  test('a store sees its own writes', async () => {
    const store = await opened()
    fixture.upstash.lag()
    const life = await lifetime(store)
    await store.update('k', { set: new Map([['a', '2']]) }, life)
    await store.create('new', record(), life)
    const found = await store.load('k')
    expect(isAlive(found) && found.fields.get('a')).toBe('2')
    expect(isAlive(await store.load('new'))).toBe(true)
    await store.destroy('k', 'logout')
    expect(await store.load('k')).toEqual({ ended: 'logout' })
    await fixture.upstash.catchUp()
  })

  test('a read that was overtaken by a write does not make the store forget the write', async () => {
    const store = await opened()
    fixture.upstash.lag()
    fixture.upstash.fail(
      { delay: 200 },
      { when: ({ commands }) => commands.some(([name]) => name === 'hgetall') },
    )
    const overtaken = store.load('other')
    await expect.poll(() => fixture.upstash.requests.at(-1)?.fault).toBeDefined()
    await store.update('k', { set: new Map([['a', '2']]) }, await lifetime(store))
    await overtaken
    const found = await store.load('k')
    expect(isAlive(found) && found.fields.get('a')).toBe('2')
    await fixture.upstash.catchUp()
  })

  test('the writes of another process come when the replica has them', async () => {
    const [writer, reader] = [await opened(), upstashStore(address(), { prefix: fixture.prefix })]
    fixture.upstash.lag()
    await writer.destroy('k', 'logout')
    expect(isAlive(await reader.load('k'))).toBe(true)
    expect((await reader.update('k', { set: new Map([['a', '2']]) }, await lifetime(writer))).status).toBe(
      'gone',
    )
    await fixture.upstash.catchUp()
    expect(await reader.load('k')).toEqual({ ended: 'logout' })
  })
})

test('where scripts are refused, everything works but expecting', async () => {
  const name = fixture.prefix
  await fixture.redis.acl('SETUSER', name, 'on', '>secret', '~*', '&*', '+@all', '-eval')
  const { host, port } = fixture.redis.options
  const strict = await startUpstash({ redis: `redis://${name}:secret@${host}:${port}` })
  try {
    const store = upstashStore({ url: strict.url, token: strict.token }, { prefix: name })
    const life = await lifetime(store)
    await store.create('k', record({ a: '1' }), life)
    const refused = store.update('k', { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }, life)
    await expect(Promise.resolve(refused)).rejects.toMatchObject({ code: 'ERR_STORE_UNSUPPORTED' })
    expect((await store.update('k', { set: new Map([['b', '2']]) }, life)).status).toBe('ok')
    expect(await fixture.redis.keys(`${name}*`)).toEqual([`${name}:{k}`])
    expect(await fixture.redis.hgetall(`${name}:{k}`)).toMatchObject({ a: '1', b: '2' })
  } finally {
    await strict.close()
    await fixture.redis.acl('DELUSER', name)
  }
})
