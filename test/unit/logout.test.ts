import { beforeEach, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { faulty, gated } from '../support/pausing-store.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(async () => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
  await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
})

const withToken = async (token: string) => (await browser.open(`sid=${token}`)).session

describe('logout', () => {
  test('ends the record, clears the cookie and empties the handle', async () => {
    const { token } = browser
    await browser.visit(async (session, { cookies, response }) => {
      await session.logout()
      expect([session.userId, session.id, session.getAll(), session.ended]).toEqual([
        null,
        null,
        {},
        'logout',
      ])
      expect(cookies()).toEqual(['sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
      expect(response.getHeader('cache-control')).toBe('private, no-store')
    })
    expect(browser.token).toBe('')
    const replayed = await withToken(token)
    expect([replayed.userId, replayed.ended]).toEqual([null, 'logout'])
  })

  test('with another reason tells the next request that reason', async () => {
    const { token } = browser
    await browser.visit((session) => session.destroy('revoked'))
    expect((await withToken(token)).ended).toBe('revoked')
  })

  test('cannot be undone by a write in flight, whatever its kind, and that handle can write no more', async () => {
    const { token } = browser
    const slow = await Promise.all(Array.from({ length: 7 }, () => browser.open()))
    await browser.visit((session) => session.logout())
    const [a, b, c, d, e, f, g] = slow.map(({ session }) => session)
    const writes = [
      a?.set('card', '4222'),
      b?.increment('n'),
      c?.update('card', () => 'x'),
      d?.append('list', 1),
      e?.flash('note', 'x'),
      f?.delete('card'),
      g?.take('card'),
    ]
    for (const write of writes)
      await expect(write).rejects.toMatchObject({ code: 'ERR_SESSION_GONE', status: 401 })
    for (const { session, cookies } of slow) {
      expect([session.id, session.userId, session.getAll(), session.ended]).toEqual([
        null,
        null,
        {},
        'logout',
      ])
      await expect(session.set('again', 1)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
      await expect(session.start()).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
      expect(cookies()).toEqual([])
    }
    expect(memory.load((await identify(token)).key)).toEqual({ ended: 'logout' })
  })

  test('cannot be undone by a write that waits at the store, before or behind it', async () => {
    for (const when of ['before', 'after'] as const) {
      const { store, hold } = gated(memory)
      browser = new Browser(new Sessions({}, store))
      await browser.visit((session) => session.login('ann'))
      const { token } = browser
      const slow = await browser.open()
      const gate = hold('update', when)
      const write = slow.session.set('a', 1).catch(() => 'refused')
      await gate.reached
      await browser.visit((session) => session.logout())
      gate.open()
      expect(await write).toBe(when === 'before' ? 'refused' : undefined)
      expect((await withToken(token)).userId).toBeNull()
    }
  })

  test('cannot be undone by the touch of a read in flight', async () => {
    const { token } = browser
    const slow = await browser.open()
    await browser.visit((session) => session.logout())
    await slow.session.touch()
    expect((await withToken(token)).userId).toBeNull()
  })

  test('that the store refuses keeps the cookie, the record and the handle', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit((session) => session.login('ann'))
    const { token } = browser
    await browser.visit(async (session, { cookies, response }) => {
      fail('destroy')
      await expect(session.logout()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
      fail(null)
      expect([cookies(), session.userId, response.getHeader('cache-control')]).toEqual([[], 'ann', undefined])
    })
    expect(browser.token).toBe(token)
    await browser.visit((session) => session.logout())
    expect((await withToken(token)).userId).toBeNull()
  })

  test('clears the cookie only when the store has ended the record', async () => {
    const { store, hold } = gated(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit((session) => session.login('ann'))
    const { session } = await browser.open()
    const gate = hold('destroy')
    let isDone = false
    const logout = session.logout().then(() => (isDone = true))
    await gate.reached
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    gate.open()
    await logout
  })

  test('then a write begins a new anonymous session with a token of its own', async () => {
    const { token } = browser
    await browser.visit(async (session, { cookies }) => {
      await session.logout()
      await session.set('theme', 'dark')
      expect([session.userId, session.getAll()]).toEqual([null, { theme: 'dark' }])
      expect(cookies()).toHaveLength(1)
    })
    expect(browser.token).not.toBe(token)
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark' })
    expect((await withToken(token)).userId).toBeNull()
  })

  test.each([false, true])(
    'and writes around it that nobody awaits happen in their order (resend: %s)',
    async (resend) => {
      browser = new Browser(new Sessions({}, memory), { resend })
      await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
      const { token } = browser
      await browser.visit(async (session) => {
        void session.set('before', 1)
        void session.logout()
        void session.set('after', 2)
        await session.commit()
        expect(session.getAll()).toEqual({ after: 2 })
      })
      expect(browser.token).not.toBe(token)
      expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual([
        null,
        { after: 2 },
      ])
      expect((await withToken(token)).userId).toBeNull()
    },
  )

  test('of a visitor whose session is already gone clears the stale cookie', async () => {
    const { token } = browser
    await browser.visit((session) => session.logout())
    const { session, cookies } = await browser.open(`sid=${token}`)
    await session.logout()
    expect(cookies()[0]).toMatch(/^sid=; Max-Age=0/)
  })

  test('does not claim to have ended a session that was given a new token meanwhile', async () => {
    const { store, hold } = gated(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit((session) => session.login('ann'))
    const [rotating, leaving] = [await browser.open(), await browser.open()]
    const gate = hold('create')
    const rotation = rotating.session.rotate()
    await gate.reached
    await expect(leaving.session.logout()).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    expect([leaving.cookies(), leaving.session.userId, leaving.session.ended]).toEqual([[], null, 'rotated'])
    gate.open()
    await rotation
    rotating.end()
    await browser.visit((session) => session.logout())
    expect(await browser.visit((session) => session.userId)).toBeNull()
  })

  test('twice, by two requests at once, is one logout', async () => {
    const [a, b] = [await browser.open(), await browser.open()]
    await Promise.all([a.session.logout(), b.session.logout()])
    for (const { cookies } of [a, b]) expect(cookies()[0]).toMatch(/^sid=; Max-Age=0/)
  })
})
