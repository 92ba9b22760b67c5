import { beforeEach, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { faulty, gated, recorded } from '../support/pausing-store.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
})

const stored = async (): Promise<Record<string, unknown>> => browser.visit((session) => session.getAll())

describe('a visitor who stored nothing', () => {
  test('costs no store call, gets no cookie and has no id', async () => {
    const { store, calls } = recorded(memory)
    const { session, cookies, response } = await new Browser(new Sessions({}, store)).open()
    expect(session.get('theme')).toBeUndefined()
    expect(session.has('theme')).toBe(false)
    expect([session.getAll(), session.data]).toEqual([{}, {}])
    expect([session.id, session.userId, session.createdAt, session.expiresAt, session.ended]).toEqual(
      Array.from({ length: 5 }, () => null),
    )
    expect(session.isNew).toBe(true)
    expect(calls).toEqual([])
    expect(cookies()).toEqual([])
    expect(response.getHeader('cache-control')).toBeUndefined()
  })

  test('creates nothing by removing, taking, touching, rotating or logging out', async () => {
    const { store, calls } = recorded(memory)
    const visitor = new Browser(new Sessions({}, store))
    await visitor.visit(async (session, { cookies }) => {
      await session.delete('theme')
      await session.set('theme', undefined)
      await session.set({})
      expect(await session.take('theme')).toBeUndefined()
      await session.update('theme', () => undefined)
      await session.touch()
      await session.rotate()
      await session.logout()
      await session.commit()
      expect(session.readFlash('note')).toBeUndefined()
      expect(cookies()).toEqual([])
    })
    expect(calls).toEqual([])
  })

  test('gets no cookie when all that was written is removed in the same tick', async () => {
    await browser.visit(async (session, { cookies, response }) => {
      await Promise.all([session.set('theme', 'dark'), session.delete('theme')])
      expect(cookies()).toEqual([])
      expect(response.getHeader('cache-control')).toBeUndefined()
      expect(session.id).toBeNull()
      await session.set('theme', 'light')
    })
    expect(await stored()).toEqual({ theme: 'light' })
  })

  test('gets a record and a cookie with the first write', async () => {
    const { session, cookies, response, end } = await browser.open()
    await session.set('theme', 'dark')
    end()
    expect(cookies()).toEqual([`sid=${browser.token}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax`])
    expect(response.getHeader('cache-control')).toBe('private, no-store')
    expect(session.id).toBe((await identify(browser.token)).id)
    expect(await stored()).toEqual({ theme: 'dark' })
  })

  test('has a cookie announced before the store is asked, so that it cannot come too late', async () => {
    const { store, hold } = gated(memory)
    const { session, cookies } = await new Browser(new Sessions({}, store)).open()
    const gate = hold('create')
    const write = session.set('theme', 'dark')
    expect(cookies()).toHaveLength(1)
    await gate.reached
    gate.open()
    await write
  })

  test('gets no cookie when the store cannot start a session, also after a logout', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    fail('create')
    await browser.visit(async (session, { cookies }) => {
      await expect(session.start()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
      expect(cookies()).toEqual([])
    })
    fail(null)
    await browser.visit((session) => session.start())
    await browser.visit(async (session, { cookies }) => {
      fail('create')
      const [, write] = await Promise.allSettled([session.logout(), session.set('a', 1)])
      expect(write.status).toBe('rejected')
      expect(cookies()).toEqual(['sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
    })
    expect(browser.token).toBe('')
  })

  test('can start a session that holds nothing', async () => {
    const id = await browser.visit((session) => session.start())
    await browser.visit(async (session, { cookies }) => {
      expect(session.id).toBe(id)
      expect(await session.start()).toBe(id)
      expect(cookies()).toEqual([])
    })
  })
})
