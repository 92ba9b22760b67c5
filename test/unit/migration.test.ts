import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { storeError } from '../../src/core/errors.ts'
import type { PlainData } from '../../src/core/data.ts'
import type { Session } from '../../src/core/session/session.ts'
import type { Store } from '../../src/core/store.ts'
import { interfered } from '../support/pausing-store.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

const Old = z.object({ colour: z.string().optional(), count: z.number().optional() })
const New = z.object({ theme: z.string().optional(), count: z.number().optional() })
let migrations: number
beforeEach(() => {
  migrations = 0
})

const old = { schema: Old }
const current = {
  schema: New,
  version: 2,
  migrate: {
    1(data: PlainData) {
      migrations++
      if ('theme' in data) throw new Error('migrated twice')
      return { theme: data['colour'], count: data['count'] }
    },
  },
}

async function outdated(values: z.output<typeof Old> = { colour: 'dark', count: 1 }): Promise<string> {
  const browser = begin(old)
  await browser.visit((session) => session.set(values))
  return browser.token
}

describe('a migration', () => {
  test('brings old data into the new shape, and the first write makes it last', async () => {
    const browser = begin(current, await outdated())
    const stored = await opened.fields(browser.token)
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 1 })
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 1 })
    expect([migrations, await opened.fields(browser.token)]).toEqual([2, stored])
    await browser.visit((session) => session.set('count', 2))
    expect(migrations).toBe(3)
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 2 })
    expect(migrations).toBe(3)
    expect(opened.events.map(({ type }) => type)).toEqual(['created'])
  })

  test('goes through all versions since, in order, and may wait in each', async () => {
    const steps: [number, PlainData][] = []
    const step = (from: number) => async (data: PlainData) => {
      steps.push([from, { ...data }])
      return Promise.resolve({ ...data, [`v${from + 1}`]: true })
    }
    const migrate = { 3: step(3), 1: step(1), 2: step(2) }
    const latest = begin<PlainData>({ version: 4, migrate }, await outdated({ count: 1 }))
    const all = { count: 1, v2: true, v3: true, v4: true }
    expect(await latest.visit((session) => session.getAll())).toEqual(all)
    expect(steps).toEqual([
      [1, { count: 1 }],
      [2, { count: 1, v2: true }],
      [3, { count: 1, v2: true, v3: true }],
    ])
    const third = begin<PlainData>({ version: 3, migrate: { 1: step(1), 2: step(2) } }, latest.token)
    await third.visit((session) => session.set('count', 3))
    steps.length = 0
    expect(await latest.visit((session) => session.getAll())).toEqual({ ...all, count: 3 })
    expect(steps).toEqual([[3, { count: 3, v2: true, v3: true }]])
  })

  test('leaves data as it is where a step is missing', async () => {
    const migrate = { 3: (data: PlainData) => ({ ...data, added: true }) }
    const browser = begin<PlainData>({ version: 4, migrate }, await outdated())
    const all = { colour: 'dark', count: 1, added: true }
    expect(await browser.visit((session) => session.getAll())).toEqual(all)
    await browser.visit((session) => session.set('count', 2))
    const latest = begin<PlainData>({ version: 5 }, browser.token)
    expect(await latest.visit((session) => session.getAll())).toEqual({ ...all, count: 2 })
  })

  const FIRST_WRITES: [string, (session: Session<z.output<typeof New>>) => unknown][] = [
    ['set', (session) => session.set('count', 2)],
    ['update', (session) => session.update('count', (count = 0) => count + 1)],
    ['increment', (session) => session.increment('count')],
    ['take', (session) => session.take('count')],
    ['delete', (session) => session.delete('count')],
    ['login', (session) => session.login('ann', { data: { count: 2 } })],
    ['login that keeps a key', (session) => session.login('ann', { keep: { keys: ['theme'] } })],
    ['rotate and set', (session) => session.rotate().then(() => session.set('count', 2))],
    ['set and rotate', (session) => session.set('count', 2).then(() => session.rotate())],
    ['all at once', (session) => Promise.all([session.set('theme', 'dark'), session.increment('count')])],
  ]
  test.each(FIRST_WRITES)('lasts whatever the first write is: %s', async (_, write) => {
    const browser = begin(current, await outdated())
    await browser.visit((session) => write(session))
    migrations = 0
    const data = await browser.visit((session) => session.getAll())
    expect(data.theme).toBe('dark')
    expect([undefined, 2]).toContain(data.count)
    expect(migrations).toBe(0)
  })

  test.each(FIRST_WRITES)('does not run on data that is new: %s', async (_, write) => {
    const browser = begin(current)
    await browser.visit(async (session) => {
      await write(session)
      await session.update('theme', () => 'dark')
      await session.increment('count')
    })
    expect((await browser.visit((session) => session.getAll())).theme).toBe('dark')
    expect(migrations).toBe(0)
  })

  test('leaves what was deleted since deleted', async () => {
    const browser = begin(current, await outdated())
    await browser.visit((session) => session.clear())
    expect(await browser.visit((session) => session.getAll())).toEqual({})
    await browser.visit((session) => session.rotate())
    expect(await browser.visit((session) => session.getAll())).toEqual({})
  })

  test('leaves namespaces and messages alone', async () => {
    const token = await outdated()
    await begin({}, token).visit(async (session) => {
      await session.namespace('%v2').set('colour', 'red')
      await session.namespace('cart').set('colour', 'blue')
      await session.flash('note', 'hello')
    })
    await begin(current, token).visit(async (session) => {
      await session.set('count', 2)
      expect(session.getAll()).toEqual({ theme: 'dark', count: 2 })
      expect(session.namespace('%v2').getAll()).toEqual({ colour: 'red' })
      expect(session.namespace('cart').getAll()).toEqual({ colour: 'blue' })
      expect(session.readFlash('note')).toBe('hello')
    })
  })

  test('keeps keys of any name', async () => {
    const odd = { __proto__x: 1, '@a': 2, '!b': 3, '%v2': 4, '%v2/c': 5, 'a/b': 6, '\ud800': 7, '': 8 }
    const all = Object.fromEntries([...Object.entries(odd), ['__proto__', 9]])
    const browser = begin<PlainData>()
    await browser.visit((session) => session.set(all))
    const newer = begin<PlainData>({ version: 2 }, browser.token)
    await newer.visit((session) => session.increment('@a'))
    const expected = Object.fromEntries([...Object.entries(all), ['@a', 3]])
    expect(await newer.visit((session) => session.getAll())).toEqual(expected)
    await newer.visit((session) => session.delete(...Object.keys(all)))
    expect(await newer.visit((session) => session.getAll())).toEqual({})
    expect(await browser.visit((session) => session.getAll())).toEqual(all)
  })
})

describe('two requests at once', () => {
  test('that migrate lose nothing of each other', async () => {
    const browser = begin(current, await outdated())
    const [first, second] = [await browser.open(), await browser.open()]
    await first.session.set('count', 10)
    await second.session.set('theme', 'light')
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'light', count: 10 })
  })

  test('count what both of them count', async () => {
    const browser = begin(current, await outdated())
    const visits = await Promise.all(Array.from({ length: 8 }, () => browser.open()))
    await Promise.all(
      visits.map(({ session }, i) =>
        i % 2 ? session.increment('count') : session.update('count', (count = 0) => count + 1),
      ),
    )
    expect(await browser.visit((session) => session.get('count'))).toBe(9)
  })

  const RACES: [string, (session: Session<z.output<typeof New>>) => unknown, object][] = [
    ['set', (session) => session.set('theme', 'light'), { theme: 'light', count: 5 }],
    ['delete', (session) => session.delete('theme'), { count: 5 }],
    ['increment', (session) => session.increment('count'), { theme: 'dark', count: 6 }],
    ['rotate', (session) => session.rotate(), { theme: 'dark', count: 5 }],
  ]
  test.each(RACES)(
    'of which one writes with the release before lose nothing: %s',
    async (_, write, expected) => {
      const browser = begin(current, await outdated())
      const { session, end } = await browser.open()
      expect(session.get('count')).toBe(1)
      await begin(old, browser.token).visit((older) => older.set('count', 5))
      await write(session)
      end()
      expect(await browser.visit((after) => after.getAll())).toEqual(expected)
    },
  )

  test('of which one begins with the release before lose nothing', async () => {
    const empty = begin(current)
    await empty.visit((session) => session.start())
    const [newer, older] = [await empty.open(), await begin(old, empty.token).open()]
    await Promise.all([older.session.set('colour', 'red'), newer.session.set('count', 2)])
    expect(await empty.visit((session) => session.getAll())).toEqual({ theme: 'red', count: 2 })
  })

  test('of which one ends the session leave nothing of it', async () => {
    const browser = begin(current, await outdated())
    const { session } = await browser.open()
    await begin(current, browser.token).visit((other) => other.logout())
    await expect(session.set('count', 2)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await browser.visit((after) => [after.ended, after.getAll()])).toEqual(['logout', {}])
  })
})

describe('the store', () => {
  test('need not be able to compare', async () => {
    const plain: Store = {
      ...interfered(opened.memory, {}),
      update: (key, change, lifetime) => {
        if (change.expect !== undefined) throw storeError('ERR_STORE_UNSUPPORTED', 'plain')
        return opened.memory.update(key, change, lifetime)
      },
    }
    const browser = begin(current, await outdated(), plain)
    await browser.visit((session) => session.set('count', 2))
    migrations = 0
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', count: 2 })
    expect(migrations).toBe(0)
  })

  test('may fail to take a migration: the next write repeats it', async () => {
    let isDown = true
    const failing = interfered(opened.memory, {
      before(verb) {
        if (isDown && verb === 'update') throw new Error('connect ECONNREFUSED')
      },
    })
    const { session } = await begin(current, await outdated(), failing).open()
    await expect(session.set('count', 2)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(session.getAll()).toEqual({ theme: 'dark', count: 1 })
    isDown = false
    await session.set('count', 3)
    expect(session.getAll()).toEqual({ theme: 'dark', count: 3 })
  })
})
