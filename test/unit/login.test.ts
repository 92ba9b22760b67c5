import { beforeEach, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { faulty, gated, type Verb } from '../support/pausing-store.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
})

const withToken = async (token: string) => (await browser.open(token === '' ? '' : `sid=${token}`)).session
const look = (): Promise<unknown[]> => browser.visit((session) => [session.userId, session.getAll()])

describe('login', () => {
  test('binds the user and stores the data in the same step', async () => {
    const clock = manualClock(1_700_000_000_000)
    browser = new Browser(new Sessions({}, memoryStore({ now: clock.now })))
    await browser.visit(async (session, { cookies }) => {
      await session.login('ann', { data: { role: 'admin' } })
      expect([session.userId, session.get('role'), cookies().length]).toEqual(['ann', 'admin', 1])
    })
    clock.advance(1000)
    await browser.visit((session) => {
      expect(session.userId).toBe('ann')
      expect(session.authenticatedAt).toBe(1_700_000_000_000)
      expect(session.createdAt).toBe(1_700_000_000_000)
      expect(session.get('role')).toBe('admin')
    })
  })

  test('gives a new token, and the old one is dead at once', async () => {
    await browser.visit((session) => session.set('cart', 1))
    const planted = browser.token
    await browser.visit((session) => session.login('ann'))
    expect(browser.token).not.toBe(planted)
    const attacker = await withToken(planted)
    expect([attacker.userId, attacker.id, attacker.getAll(), attacker.ended]).toEqual([
      null,
      null,
      {},
      'rotated',
    ])
  })

  test('again gives a new token again', async () => {
    await browser.visit((session) => session.login('ann', { data: { a: 1 } }))
    const before = browser.token
    await browser.visit((session) => session.login('ann'))
    expect(browser.token).not.toBe(before)
    expect((await withToken(before)).userId).toBeNull()
    expect(await look()).toEqual(['ann', { a: 1 }])
  })

  test('leaves a write of a request still in flight with the old token without effect', async () => {
    await browser.visit((session) => session.set('cart', 1))
    const slow = await browser.open()
    await browser.visit((session) => session.login('ann'))
    await expect(slow.session.set('evil', 1)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(slow.session.ended).toBe('rotated')
    expect(await look()).toEqual(['ann', { cart: 1 }])
    expect((await withToken(slow.session.id ?? '')).id).toBeNull()
  })

  test('keeps what an anonymous visitor had, by default', async () => {
    await browser.visit((session) => session.set({ cart: [1], theme: 'dark' }))
    await browser.visit((session) => session.namespace('view').set('page', 2))
    await browser.visit((session) => session.login('ann', { data: { theme: 'light' } }))
    expect(await look()).toEqual(['ann', { cart: [1], theme: 'light' }])
    expect(await browser.visit((session) => session.namespace('view').get('page'))).toBe(2)
  })

  test('never carries over what another user had', async () => {
    await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
    await browser.visit((session) => session.namespace('mail').set('draft', 'secret'))
    await browser.visit((session) => session.flash('note', 'for ann'))
    await browser.visit((session) => session.login('bob', { data: { theme: 'dark' } }))
    expect(await look()).toEqual(['bob', { theme: 'dark' }])
    await browser.visit((session) => {
      expect([session.namespace('mail').getAll(), session.readFlash('note')]).toEqual([{}, undefined])
    })
  })

  test('keeps nothing, or only the named keys and namespaces, if told to', async () => {
    const start = async (): Promise<void> => {
      browser.token = ''
      await browser.visit((session) => session.set({ a: 1, b: 2, '%flash': 3 }))
      await browser.visit((session) => session.namespace('x').set('a', 4))
      await browser.visit((session) => session.namespace('%flash').set('a', 5))
      await browser.visit((session) => session.flash('a', 'note'))
    }
    const all = () =>
      browser.visit((session) => [
        session.getAll(),
        session.namespace('x').getAll(),
        session.namespace('%flash').getAll(),
        session.readFlash('a'),
      ])
    await start()
    await browser.visit((session) => session.login('ann', { keep: false }))
    expect(await all()).toEqual([{}, {}, {}, undefined])
    await start()
    await browser.visit((session) => session.login('ann', { keep: { keys: ['a'], namespaces: ['x'] } }))
    expect(await all()).toEqual([{ a: 1 }, { a: 4 }, {}, undefined])
    await start()
    await browser.visit((session) => session.login('ann', { keep: { namespaces: ['%flash', ''] } }))
    expect(await all()).toEqual([{ a: 1, b: 2, '%flash': 3 }, {}, { a: 5 }, undefined])
    await start()
    await browser.visit((session) => session.login('ann', { keep: true }))
    expect(await all()).toEqual([{ a: 1, b: 2, '%flash': 3 }, { a: 4 }, { a: 5 }, 'note'])
  })

  test('with a value undefined drops what was kept', async () => {
    await browser.visit((session) => session.set({ a: 1, b: 2 }))
    await browser.visit((session) => session.login('ann', { data: { a: undefined } }))
    expect(await look()).toEqual(['ann', { b: 2 }])
  })

  test('keeps what other requests wrote since this one began', async () => {
    await browser.visit((session) => session.set('a', 1))
    const early = await browser.open()
    await browser.visit((session) => session.set('b', 2))
    await early.session.login('ann')
    expect(early.session.getAll()).toEqual({ a: 1, b: 2 })
  })

  test('refuses a user id that is no text or empty, and changes nothing', async () => {
    await browser.visit((session) => session.set('a', 1))
    const { token } = browser
    await browser.visit(async (session, { cookies }) => {
      for (const userId of ['', 5, null, undefined, {}] as string[]) {
        await expect(session.login(userId)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
      }
      await expect(session.login('ann', { idle: 5 as never })).rejects.toMatchObject({
        code: 'ERR_OPTION_INVALID',
      })
      await expect(session.login('ann', { data: { f: () => 1 } })).rejects.toMatchObject({
        code: 'ERR_VALUE_UNSUPPORTED',
      })
      expect(cookies()).toEqual([])
    })
    expect(browser.token).toBe(token)
    expect(await look()).toEqual([null, { a: 1 }])
  })

  test.each(['now', 'destroy', 'create'] as Verb[])(
    'leaves nobody else signed in and no usable cookie when the store fails at %s',
    async (verb) => {
      const isBeforeTheEnd = verb === 'now' || verb === 'destroy'
      for (const when of ['before', 'after'] as const) {
        const { store, fail } = faulty(memory)
        browser = new Browser(new Sessions({}, store))
        await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
        const old = browser.token
        await browser.visit(async (session, { cookies }) => {
          fail(verb, when)
          await expect(session.login('bob')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
          fail(null)
          expect(cookies()).toEqual([])
          expect(session.userId).toBe(isBeforeTheEnd ? 'ann' : null)
        })
        expect(browser.token).toBe(old)
        const { userId } = await withToken(old)
        expect(userId).toBe(verb === 'now' || (verb === 'destroy' && when === 'before') ? 'ann' : null)
      }
    },
  )

  test('that failed halfway leaves a handle that can sign in again, and until then neither reads nor writes', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
    await browser.visit(async (session) => {
      fail('create')
      await expect(session.login('bob')).rejects.toThrow(/could not be reached/)
      fail(null)
      expect([session.id, session.getAll(), session.ended]).toEqual([null, {}, 'rotated'])
      await expect(session.set('a', 1)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
      await session.login('bob')
    })
    expect(await look()).toEqual(['bob', {}])
  })

  test('of an anonymous visitor that failed leaves no cookie', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit(async (session) => {
      fail('create', 'after')
      await expect(session.login('bob')).rejects.toThrow(/could not be reached/)
      expect([session.userId, session.id]).toEqual([null, null])
    })
    expect(browser.token).toBe('')
  })

  test('happens in the order of the calls: what was written before is kept, what comes after is too', async () => {
    await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
    await browser.visit((session) =>
      Promise.all([session.set('a', 1), session.login('bob'), session.set('b', 2)]),
    )
    expect(await look()).toEqual(['bob', { b: 2 }])
  })

  test.each([false, true])(
    'keeps its cookie though other writes begin while it runs (resend: %s)',
    async (resend) => {
      for (const isKnown of [false, true]) {
        const { store, hold } = gated(memory)
        browser = new Browser(new Sessions({}, store), { resend })
        if (isKnown) await browser.visit((session) => session.set('a', 1))
        const { session, end } = await browser.open()
        const gate = hold('create')
        const login = session.login('ann')
        await gate.reached
        const write = session.set('b', 2)
        gate.open()
        await Promise.all([login, write])
        end()
        expect(await look()).toEqual(['ann', isKnown ? { a: 1, b: 2 } : { b: 2 }])
      }
    },
  )

  test('from two requests at once signs each in, and the old token is dead', async () => {
    await browser.visit((session) => session.set('a', 1))
    const old = browser.token
    const [first, second] = [await browser.open(), await browser.open()]
    await Promise.all([first.session.login('ann'), second.session.login('ann')])
    expect([first.session.userId, second.session.userId]).toEqual(['ann', 'ann'])
    expect(first.session.id).not.toBe(second.session.id)
    expect((await withToken(old)).userId).toBeNull()
  })

  test.each([
    ['a user id that is no text', [7 as never]],
    ['an empty user id', ['']],
    ['a user id without end', ['x'.repeat(1025)]],
    ['a device that is no text', ['ann', { device: 7 as never }]],
    ['a lifetime of other libraries', ['ann', { maxAge: '7d' }]],
    ['an address that is no text', ['ann', { address: ['203.0.113.7'] as never }]],
  ] as [string, [string, object?]][])('refuses %s, and nobody is signed in', async (_, args) => {
    await browser.visit(async (session) => {
      await expect(session.login(...args)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
      expect(session.userId).toBeNull()
    })
    expect(browser.token).toBe('')
  })

  test('carries over what has grown beyond a limit that was lowered since', async () => {
    await browser.visit((session) => session.set('text', 'x'.repeat(500)))
    const { token } = browser
    browser = new Browser(new Sessions({ maxBytes: 100 }, memory))
    browser.token = token
    await browser.visit((session) => session.login('ann'))
    expect(await look()).toEqual(['ann', { text: 'x'.repeat(500) }])
    await browser.visit(async (session) => {
      const login = session.login('ann', { data: { more: 1 } })
      await expect(login).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE' })
    })
  })
})
