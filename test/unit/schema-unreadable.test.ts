import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SessionOptions } from '../../src/core/options.ts'
import type { PlainData } from '../../src/core/data.ts'
import type { StandardSchema } from '../../src/core/schema/schema.ts'
import type { Session } from '../../src/core/session/session.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

const Cart = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  visits: z.number().int().default(5),
  name: z.string().max(10).optional(),
})
type Data = z.output<typeof Cart>
const DEFAULTS = { theme: 'light', visits: 5 }

/** Releases that cannot read what is stored, and the one after each, which can. */
const RELEASES: Record<string, { broken: SessionOptions<Data>; mended: SessionOptions<PlainData> }> = {
  'a schema that refuses': { broken: { schema: Cart }, mended: {} },
  'a schema that throws': {
    broken: {
      schema: z.preprocess((data) => {
        if (typeof data === 'object' && data !== null && 'theme' in data && data.theme === 'pink')
          throw new Error('secret')
        return data
      }, Cart),
    },
    mended: {},
  },
  'a schema that gives what cannot be stored': {
    broken: {
      schema: Cart.extend({
        theme: z
          .string()
          .default('light')
          .transform((theme) => (theme === 'pink' ? () => theme : theme)),
      }) as unknown as StandardSchema<Data>,
    },
    mended: {},
  },
  'a step that throws': {
    broken: {
      schema: Cart,
      version: 2,
      migrate: {
        1: () => {
          throw new Error('secret')
        },
      },
    },
    mended: { version: 2 },
  },
  'a step that rejects': {
    broken: { schema: Cart, version: 2, migrate: { 1: () => Promise.reject(new Error('secret')) } },
    mended: { version: 2 },
  },
  'a step that gives no object': {
    broken: { schema: Cart, version: 2, migrate: { 1: () => undefined as never } },
    mended: { version: 2 },
  },
  'a step whose result the schema refuses': {
    broken: { schema: Cart, version: 2, migrate: { 1: (data) => ({ ...data, theme: 'purple' }) } },
    mended: { version: 2 },
  },
  'an earlier step that throws': {
    broken: {
      schema: Cart,
      version: 3,
      migrate: { 1: () => Promise.reject(new Error('secret')), 2: (data) => data },
    },
    mended: { version: 3 },
  },
}

describe.each(Object.keys(RELEASES))('stored data behind %s', (name) => {
  const { broken, mended } = RELEASES[name]!

  async function stored(values: PlainData = { theme: 'pink', name: 'ann' }): Promise<string> {
    const browser = begin()
    await browser.visit(async (session) => {
      await session.login('ann', { data: values })
      await session.namespace('cart').set('items', [1])
    })
    opened.events.length = 0
    opened.calls.length = 0
    return browser.token
  }
  const shown = async (token: string, options = broken): Promise<Partial<Data>> =>
    begin(options, token).visit((session) => session.getAll())

  test('is not shown and raises an event, and the visitor stays signed in', async () => {
    const token = await stored()
    const id = await begin({}, token).visit((session) => session.id)
    await begin(broken, token).visit((session) => {
      expect([session.userId, session.id, session.isNew]).toEqual(['ann', id, false])
      expect(session.getAll()).toEqual(DEFAULTS)
      expect(session.namespace('cart').getAll()).toEqual({ items: [1] })
    })
    expect(opened.events).toEqual([{ type: 'unreadable', id, what: 'data' }])
  })

  test('is not changed by reading', async () => {
    const token = await stored()
    const before = await opened.fields(token)
    await begin(broken, token).visit((session) => [session.data, session.get('theme'), session.has('name')])
    await shown(token)
    expect(await opened.fields(token)).toEqual(before)
    expect(opened.calls).toEqual(['load', 'load'])
  })

  const WRITES: [string, (session: Session<Data>) => Promise<unknown>][] = [
    ['set', (session) => session.set('visits', 7)],
    ['increment', (session) => session.increment('visits', 2)],
    ['update', (session) => session.update('visits', () => 7)],
    ['login', (session) => session.login('ann', { data: { visits: 7 } })],
    ['rotate', (session) => session.rotate().then(() => session.set('visits', 7))],
  ]
  test.each(WRITES)(
    'makes room for what is written, by %s, and comes back when it can be read',
    async (_, write) => {
      const browser = begin(broken, await stored())
      await browser.visit((session) => write(session))
      const data = await shown(browser.token)
      expect([data.visits, data.name]).toEqual([7, undefined])
      await browser.visit((session) => session.set('visits', 8))
      const after = begin(mended, browser.token)
      opened.events.length = 0
      for (let i = 0; i < 2; i++) {
        expect(await after.visit((session) => [session.userId, session.getAll()])).toEqual([
          'ann',
          { theme: 'pink', name: 'ann', visits: 8 },
        ])
        await after.visit((session) => session.set('visits', 8))
      }
      expect(opened.events).toEqual([])
    },
  )

  test('yields to what was written to the same key since', async () => {
    const browser = begin(broken, await stored())
    await browser.visit((session) => session.set({ theme: 'dark', visits: 7 }))
    const after = begin(mended, browser.token)
    const all = { theme: 'dark', name: 'ann', visits: 7 }
    expect(await after.visit((session) => session.getAll())).toEqual(all)
    await after.visit((session) => session.delete('name'))
    expect(await after.visit((session) => session.getAll())).toEqual({ theme: 'dark', visits: 7 })
  })

  test('loses nothing to two requests that write at once', async () => {
    const browser = begin(broken, await stored())
    const [first, second] = [await browser.open(), await browser.open()]
    await Promise.all([first.session.set('name', 'bob'), second.session.set('visits', 7)])
    expect(await shown(browser.token)).toMatchObject({ name: 'bob', visits: 7 })
    const all = { theme: 'pink', name: 'bob', visits: 7 }
    expect(await begin(mended, browser.token).visit((session) => session.getAll())).toEqual(all)
  })

  test('ends with the session, and with the visit of somebody else', async () => {
    const browser = begin(broken, await stored())
    await browser.visit((session) => session.login('bob', { data: { visits: 7 } }))
    expect(JSON.stringify(await opened.fields(browser.token))).not.toMatch(/pink|ann/)
    expect(await begin(mended, browser.token).visit((session) => session.getAll())).toEqual({ visits: 7 })
  })

  test('is given up by a write where it would take up half of a session', async () => {
    const browser = begin(broken, await stored({ theme: 'pink', name: 'x'.repeat(40_000) }))
    await browser.visit((session) => session.set('visits', 7))
    await browser.visit((session) => session.set('name', 'bob'))
    const size = JSON.stringify(await opened.fields(browser.token)).length
    const isGivenUp = !JSON.stringify(await opened.fields(browser.token)).includes('xxx')
    expect([isGivenUp, size < 1000]).toEqual(broken.version ? [false, false] : [true, true])
  })

  test('lets nothing of an error out', async () => {
    const token = await stored()
    await shown(token)
    expect(JSON.stringify(opened.events)).not.toContain('secret')
  })
})

test('what comes back brings along what the next release does not know', async () => {
  const browser = begin()
  await browser.visit((session) => session.set({ theme: 'pink', extra: 1 }))
  await begin({ schema: Cart }, browser.token).visit((session) => session.set('visits', 7))
  const next = begin({ schema: z.object({ theme: z.string() }) }, browser.token)
  await next.visit((session) => session.set('theme', 'blue'))
  expect(await next.visit((session) => session.getAll())).toEqual({ theme: 'blue' })
  const all = { theme: 'blue', visits: 7, extra: 1 }
  expect(await browser.visit((session) => session.getAll())).toEqual(all)
})
