import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { gated, interfered } from '../support/pausing-store.ts'
import { storeError } from '../../src/core/errors.ts'

let memory: Store
let events: SessionEvent[]
beforeEach(() => {
  memory = memoryStore()
  events = []
})

function begin<Data extends object>(
  options: SessionOptions<Data>,
  token = '',
  store = memory,
): Browser<Data> {
  const onEvent = (event: SessionEvent): void => void events.push(event)
  const browser = new Browser<Data>(new Sessions<Data>({ onEvent, ...options }, store))
  browser.token = token
  return browser
}

describe('a migration', () => {
  const Old = z.object({ colour: z.string().optional(), count: z.number().optional() })
  const New = z.object({ theme: z.string().optional(), count: z.number().optional() })
  let migrations: number[]
  const old = { schema: Old }
  const current = {
    schema: New,
    version: 2,
    migrate(data: Record<string, unknown>, from: number) {
      migrations.push(from)
      if ('theme' in data) throw new Error('migrated twice')
      return { theme: data['colour'], count: data['count'] }
    },
  }

  async function outdated(): Promise<string> {
    const browser = begin(old)
    await browser.visit((session) => session.set({ colour: 'dark', count: 1 }))
    return browser.token
  }

  beforeEach(() => {
    migrations = []
  })

  test('brings old data into the new shape, and the next write makes it last', async () => {
    const browser = begin(current, await outdated())
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 1 })
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 1 })
    expect(migrations).toEqual([1, 1])
    await browser.visit((session) => session.set('count', 2))
    expect(migrations).toEqual([1, 1, 1])
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 2 })
    expect(migrations).toEqual([1, 1, 1])
    expect(await begin({}, browser.token).visit((session) => session.getAll())).toEqual({
      theme: 'dark',
      count: 2,
    })
  })

  const FIRST_WRITES: [
    string,
    (session: Awaited<ReturnType<Browser<z.output<typeof New>>['open']>>['session']) => unknown,
  ][] = [
    ['set', (session) => session.set('count', 2)],
    ['update', (session) => session.update('count', (count = 0) => count + 1)],
    ['increment', (session) => session.increment('count')],
    ['take', (session) => session.take('count')],
    ['delete', (session) => session.delete('count')],
    ['login', (session) => session.login('ann', { data: { count: 2 } })],
    ['login that keeps a key', (session) => session.login('ann', { keep: { keys: ['theme'] } })],
    ['rotate and set', (session) => session.rotate().then(() => session.set('count', 2))],
  ]
  test.each(FIRST_WRITES)('lasts whatever the first write is: %s', async (_, write) => {
    const browser = begin(current, await outdated())
    await browser.visit((session) => write(session))
    migrations = []
    const data = await browser.visit((session) => session.getAll())
    expect(data.theme).toBe('dark')
    expect([undefined, 2]).toContain(data.count)
    expect(migrations).toEqual([])
  })

  test.each(FIRST_WRITES)('does not run on data that is new: %s', async (_, write) => {
    const browser = begin(current)
    await browser.visit(async (session) => {
      await write(session)
      await session.update('theme', () => 'dark')
      await session.increment('count')
    })
    expect((await browser.visit((session) => session.getAll())).theme).toBe('dark')
    expect(migrations).toEqual([])
  })

  test('by two requests at once loses what neither of them saw', async () => {
    const browser = begin(current, await outdated())
    const [first, second] = [await browser.open(), await browser.open()]
    await first.session.set('count', 10)
    await second.session.set('theme', 'light')
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'light', count: 10 })
  })

  test('works on a store that cannot compare', async () => {
    const plain: Store = {
      ...memory,
      ...interfered(memory, {}),
      update: (key, change, lifetime) => {
        if (change.expect !== undefined) throw storeError('ERR_STORE_UNSUPPORTED', 'plain')
        return memory.update(key, change, lifetime)
      },
    }
    const browser = begin(current, await outdated(), plain)
    await browser.visit((session) => session.set('count', 2))
    expect(await begin({}, browser.token).visit((session) => session.getAll())).toEqual({
      theme: 'dark',
      count: 2,
    })
  })

  test('that fails leaves the visitor signed in with an event, and the data as new', async () => {
    const broken = { ...current, migrate: () => Promise.reject(new Error('secret')) }
    const first = begin(old)
    await first.visit((session) => session.login('ann', { data: { colour: 'dark' } }))
    const browser = begin(broken, first.token)
    await browser.visit((session) => {
      expect([session.userId, session.getAll()]).toEqual(['ann', {}])
      expect(events.at(-1)).toMatchObject({ type: 'unreadable', what: 'data' })
      expect(JSON.stringify(events)).not.toContain('secret')
    })
  })

  test('is repeated when the store failed to take it', async () => {
    const { store, hold } = gated(memory)
    const browser = begin(current, await outdated(), store)
    const { session } = await browser.open()
    const gate = hold('update')
    const write = session.set('count', 2)
    await gate.reached
    gate.open()
    await write
    expect(session.getAll()).toEqual({ theme: 'dark', count: 2 })
  })

  test('never runs backwards: data of a later version is not removed by an older release', async () => {
    const newer = begin(current)
    await newer.visit((session) => session.set({ theme: 'dark', count: 1 }))
    const strict = z.strictObject({ colour: z.string().optional() })
    await begin({ schema: strict }, newer.token).visit(async (session) => {
      expect(session.getAll()).toEqual({})
      await session.set('colour', 'red')
    })
    expect(await newer.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 1 })
  })
})
