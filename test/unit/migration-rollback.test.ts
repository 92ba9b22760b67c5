import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { PlainData } from '../../src/core/data.ts'
import type { Session } from '../../src/core/session/session.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

/** The same key holds another type in each version, so that a mix-up shows. */
const First = z.object({ count: z.number().default(0), lang: z.string().optional() })
const Second = z.object({ count: z.object({ total: z.number() }), locale: z.string() }).partial()
const first = { schema: First }
const second = {
  schema: Second,
  version: 2,
  migrate: { 1: ({ count, lang }: PlainData) => ({ count: { total: count ?? 0 }, locale: lang }) },
}
type OfFirst = z.output<typeof First>

const show = <Data extends object>(options: Parameters<typeof begin<Data>>[0], token: string) =>
  begin<Data>(options, token).visit((session) => session.getAll())
const unreadable = (): number => opened.events.filter(({ type }) => type === 'unreadable').length
async function held(token: string, start: string): Promise<Record<string, string>> {
  const fields = Object.entries(await opened.fields(token))
  return Object.fromEntries(fields.filter(([name]) => name.startsWith(start)))
}

describe('an older release, in a session that it knew before', () => {
  let token: string
  beforeEach(async () => {
    const browser = begin(first)
    await browser.visit((session) => session.login('ann', { data: { count: 1, lang: 'de' } }))
    token = browser.token
    await begin(second, token).visit((session) => session.set('count', { total: 2 }))
  })

  test('finds what it last knew, and says nothing', async () => {
    await begin(first, token).visit((session) =>
      expect([session.userId, session.getAll()]).toEqual(['ann', { count: 1, lang: 'de' }]),
    )
    expect(unreadable()).toBe(0)
  })

  const WRITES: [string, (session: Session<OfFirst>) => unknown, object][] = [
    ['set', (session) => session.set({ count: 7, lang: 'fr' }), { count: 7, lang: 'fr' }],
    ['increment', (session) => session.increment('count', 6), { count: 7, lang: 'de' }],
    ['update', (session) => session.update('count', () => 7), { count: 7, lang: 'de' }],
    ['take', (session) => session.take('lang'), { count: 1 }],
    ['delete', (session) => session.delete('lang'), { count: 1 }],
    ['rotate', (session) => session.rotate(), { count: 1, lang: 'de' }],
    ['login', (session) => session.login('ann', { data: { count: 7 } }), { count: 7, lang: 'de' }],
  ]
  test.each(WRITES)('touches nothing of the newer one, by %s', async (_, write, expected) => {
    const older = begin(first, token)
    const before = await held(token, '%v2')
    await older.visit((session) => write(session))
    await older.visit((session) => expect([session.userId, session.getAll()]).toEqual(['ann', expected]))
    expect(await held(older.token, '%v2')).toEqual(before)
    expect(Object.keys(before)).toEqual(['%v2/count', '%v2/locale', '%v2'])
    expect(await show(second, older.token)).toEqual({ count: { total: 2 }, locale: 'de' })
    expect(unreadable()).toBe(0)
  })

  test('finds nothing again that it deleted', async () => {
    await begin(first, token).visit((session) => session.delete('count', 'lang'))
    expect(await show(first, token)).toEqual({ count: 0 })
    expect(await show(second, token)).toEqual({ count: { total: 2 }, locale: 'de' })
  })

  test('does not bring back what the newer one deleted', async () => {
    await begin(second, token).visit((session) => session.clear())
    await begin(first, token).visit((session) => session.set('lang', 'fr'))
    expect(await show(second, token)).toEqual({})
  })

  test('that began a write before the newer one migrated does no harm with it', async () => {
    const browser = begin(first)
    await browser.visit((session) => session.set('count', 1))
    const late = [await browser.open(), await browser.open(), await browser.open()]
    await begin(second, browser.token).visit((session) => session.set('locale', 'de'))
    await late[0]!.session.set('count', 5)
    await late[1]!.session.increment('count')
    await late[2]!.session.update('count', (count = 0) => count + 1)
    expect(await show(second, browser.token)).toEqual({ count: { total: 1 }, locale: 'de' })
    expect(await show(first, browser.token)).toEqual({ count: 7 })
    expect(unreadable()).toBe(0)
  })

  test('may choose at a sign-in what is kept, for all versions', async () => {
    const older = begin(first, token)
    await older.visit((session) => session.login('ann', { keep: { keys: ['count'] } }))
    expect(await show(first, older.token)).toEqual({ count: 1 })
    expect(await show(second, older.token)).toEqual({ count: { total: 2 } })
    await older.visit((session) => session.login('ann', { keep: { namespaces: ['cart'] } }))
    expect([await show(first, older.token), await show(second, older.token)]).toEqual([{ count: 0 }, {}])
    expect(await opened.fields(older.token)).toEqual({})
  })

  test('does not bring back what the newer one deleted, by a sign-in that keeps the key', async () => {
    const newer = begin(second, token)
    await newer.visit((session) => session.delete('count'))
    await newer.visit((session) => session.login('ann', { keep: { keys: ['count'] } }))
    expect(await show(second, newer.token)).toEqual({})
    expect(await show(first, newer.token)).toEqual({ count: 1 })
  })

  test('leaves nothing to the next visitor', async () => {
    const older = begin(first, token)
    await older.visit((session) => session.login('bob'))
    expect(await opened.fields(older.token)).toEqual({})
  })
})

describe('an older release, in a session that began with the newer one', () => {
  const login = async (data: z.output<typeof Second>): Promise<string> => {
    const browser = begin(second)
    await browser.visit((session) => session.login('ann', { data }))
    opened.events.length = 0
    return browser.token
  }

  test('leaves alone what its schema refuses, with an event', async () => {
    const token = await login({ count: { total: 2 }, locale: 'de' })
    await begin(first, token).visit((session) => {
      expect([session.userId, session.getAll()]).toEqual(['ann', { count: 0 }])
      expect(opened.events).toEqual([{ type: 'unreadable', id: session.id, what: 'data' }])
    })
    await begin(first, token).visit((session) => session.increment('count', 5))
    expect(await show(first, token)).toEqual({ count: 5 })
    expect(await show(second, token)).toEqual({ count: { total: 2 }, locale: 'de' })
  })

  test('reads what its schema accepts, and goes on with a copy', async () => {
    const older = { schema: z.object({ locale: z.string(), lang: z.string() }).partial() }
    const token = await login({ locale: 'de' })
    const before = await opened.fields(token)
    expect(await show(older, token)).toEqual({ locale: 'de' })
    expect([await opened.fields(token), unreadable()]).toEqual([before, 0])
    await begin(older, token).visit((session) => session.delete('locale'))
    await begin(second, token).visit((session) => session.set('count', { total: 1 }))
    expect(await show({ ...older, schema: z.looseObject({}) }, token)).toEqual({})
    await begin(older, token).visit((session) => session.set('lang', 'fr'))
    expect(await show({ ...older, schema: z.looseObject({}) }, token)).toEqual({ lang: 'fr' })
    expect(await show(second, token)).toEqual({ locale: 'de', count: { total: 1 } })
  })

  test('reads the version next to its own of several', async () => {
    const any = { schema: z.looseObject({}) }
    const token = await login({ locale: 'de' })
    const third = { version: 3, migrate: { 2: () => ({ language: 'de' }) } }
    await begin<PlainData>(third, token).visit((session) => session.set('more', 1))
    expect(await show(any, token)).toEqual({ locale: 'de' })
    await begin<PlainData>(any, token).visit((session) => session.set('mine', 1))
    expect(await show(any, token)).toEqual({ locale: 'de', mine: 1 })
    expect(await show(third, token)).toEqual({ language: 'de', more: 1 })
  })

  test('without a schema leaves everything alone, with an event', async () => {
    const token = await login({ locale: 'de' })
    expect(await show({}, token)).toEqual({})
    expect(unreadable()).toBe(1)
    await begin<PlainData>({}, token).visit((session) => session.set('locale', 5))
    expect(await show({}, token)).toEqual({ locale: 5 })
    expect(await show(second, token)).toEqual({ locale: 'de' })
  })
})

describe('a third version', () => {
  const third = { version: 3, migrate: { 2: (data: PlainData) => ({ ...data, third: true }) } }

  test('is made of the second, and leaves that one for a rollback, but not the first', async () => {
    const browser = begin(first)
    await browser.visit((session) => session.set({ count: 1, lang: 'de' }))
    await begin(second, browser.token).visit((session) => session.set('locale', 'fr'))
    await begin<PlainData>(third, browser.token).visit((session) => session.set('more', 1))
    const all = { count: { total: 1 }, locale: 'fr', third: true, more: 1 }
    expect(await show(third, browser.token)).toEqual(all)
    expect(await show(second, browser.token)).toEqual({ count: { total: 1 }, locale: 'fr' })
    const names = Object.keys(await opened.fields(browser.token))
    expect(names.filter((name) => !name.startsWith('%v2') && !name.startsWith('%v3'))).toEqual([])
  })
})

describe('a large session', () => {
  const text = 'x'.repeat(20_000)

  test('is migrated without a copy where that would leave less than half of it free', async () => {
    const [older, newer] = [begin<PlainData>(), { version: 2 }]
    await older.visit((session) => session.set({ text, n: 1 }))
    await begin<PlainData>(newer, older.token).visit((session) => session.set('more', text))
    expect(await show(newer, older.token)).toEqual({ text, n: 1, more: text })
    expect(Object.keys(await opened.fields(older.token)).sort()).toEqual(
      ['%v2', '%v2/more', '%v2/n', '%v2/text'].sort(),
    )
    const checked = { schema: z.object({ n: z.number().optional() }) }
    expect(await show(checked, older.token)).toEqual({ n: 1 })
  })

  test('is never cut by the older release', async () => {
    const newer = begin<PlainData>({ version: 2 })
    await newer.visit((session) => session.set({ text, n: 1 }))
    const checked = { schema: z.looseObject({ n: z.number().optional() }) }
    await begin<PlainData>(checked, newer.token).visit((session) => session.set('n', 2))
    expect(await show({ version: 2 }, newer.token)).toEqual({ text, n: 1 })
  })
})
