import { describe, expect, test } from 'vitest'
import type { CheckedRequest } from '../../src/core/browser/same-origin.ts'
import { Browser } from '../support/browser.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

const prefetching = (url: string): CheckedRequest => ({
  url,
  headers: { 'sec-purpose': 'prefetch;prerender' },
})

/** Reads the message as a request of a router does that may be made ahead, or not. */
function router(browser: Browser, page: string, from: string): Promise<unknown> {
  const visitor = new Browser(browser.sessions, {
    prefetch: { isCertain: false, page: `${page}?` },
    request: { url: page, headers: { referer: `https://example.com${from}` } },
  })
  visitor.token = browser.token
  return visitor.visit((session) => session.readFlash('note'))
}

describe('a flash message', () => {
  test('is readable in the next request, during all of it, and then no more', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', { text: 'saved' }))
    await browser.visit(async (session, { cookies }) => {
      expect(session.readFlash('note')).toEqual({ text: 'saved' })
      expect(session.readFlash('note')).toEqual({ text: 'saved' })
      expect(session.getAll()).toEqual({})
      expect(session.readFlash('other')).toBeUndefined()
      expect(cookies()).toEqual([])
    })
    await browser.visit((session) => expect(session.readFlash('note')).toBeUndefined())
  })

  test('once read takes nothing else with it', async () => {
    const browser = begin()
    await browser.visit((session) => session.set('a', 1))
    await browser.visit((session) => Promise.all([session.flash('note', 1), session.flash('other', 2)]))
    await browser.visit((session) => expect(session.readFlash('note')).toBe(1))
    await browser.visit((session) => expect([session.get('a'), session.readFlash('other')]).toEqual([1, 2]))
  })

  test('that nobody reads waits', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 1))
    await browser.visit((session) => session.userId)
    await browser.visit((session) => expect(session.readFlash('note')).toBe(1))
  })

  test('written again before it is read shows the latest, also within one millisecond', async () => {
    const browser = begin()
    for (let round = 0; round < 20; round++) {
      await browser.visit((session) => Promise.all([1, 2, 3].map((n) => session.flash('note', n))))
      await browser.visit((session) => expect(session.readFlash('note')).toBe(3))
      await browser.visit((session) => expect(session.readFlash('note')).toBeUndefined())
    }
  })

  test('that arrives while an earlier one is read is not removed with it', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'first'))
    const reader = await browser.open()
    await browser.visit((session) => session.flash('note', 'second'))
    expect(reader.session.readFlash('note')).toBe('first')
    await reader.session.commit()
    await browser.visit((session) => expect(session.readFlash('note')).toBe('second'))
  })

  test('is read by a prefetch and left there, and the deadline with it', async () => {
    const browser = begin({ idle: '30m' })
    const began = opened.clock.now()
    await browser.visit((session) => session.flash('note', 'saved'))
    const ahead = new Browser(browser.sessions, { request: prefetching('/inbox') })
    ahead.token = browser.token
    opened.clock.advance(20 * 60_000)
    await ahead.visit((session) => expect(session.readFlash('note')).toBe('saved'))
    await ahead.visit((session) => expect(session.readFlash('note')).toBe('saved'))
    expect(opened.calls).not.toContain('touch')
    await browser.visit((session) => {
      // The time a request takes counts, though the clock of the store stands still.
      expect(session.expiresAt).toBeLessThanOrEqual(began + 30 * 60_000)
      expect(session.expiresAt).toBeGreaterThan(began + 29 * 60_000)
      expect(session.readFlash('note')).toBe('saved')
    })
    await browser.visit((session) => expect(session.readFlash('note')).toBeUndefined())
    expect(opened.calls).toContain('touch')
    expect(await opened.fields(browser.token)).toEqual({})
  })

  test('that was read ahead is gone once a request comes from the page that has it', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('a note', 'saved'))
    const from = (request: CheckedRequest) => {
      const visitor = new Browser(browser.sessions, { request })
      visitor.token = browser.token
      return visitor.visit((session) => session.readFlash('a note'))
    }
    const after = (page: string) => from({ headers: { referer: `https://example.com${page}` } })
    expect(await from(prefetching('/inbox?_rsc=1'))).toBe('saved')
    expect(
      await from({
        ...prefetching('/help'),
        headers: { purpose: 'prefetch', referer: 'https://example.com/' },
      }),
    ).toBe('saved')
    await browser.visit((session) => session.flash('other', 1))
    expect(await after('/inbox')).toBeUndefined()
    expect(await after('/')).toBeUndefined()
    expect(Object.keys(await opened.fields(browser.token))).toEqual([expect.stringContaining('other')])
  })

  test('is gone once a request comes from the page that has it, also one that reads no message', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'saved'))
    const ask = (page: string, from: string) => router(browser, page, from)
    expect(await ask('/inbox', '/')).toBe('saved')
    const visitor = new Browser(browser.sessions, {
      request: { headers: { referer: 'https://example.com/inbox' } },
    })
    visitor.token = browser.token
    await visitor.visit((session) => session.get('theme'))
    expect(await ask('/inbox', '/help')).toBeUndefined()
    expect(await opened.fields(browser.token)).toEqual({})
  })

  test('that a page got by a click is not shown there by the next click, from a page without session', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'saved'))
    expect(await router(browser, '/inbox', '/')).toBe('saved')
    expect(await router(browser, '/inbox', '/help')).toBeUndefined()
    expect(await opened.fields(browser.token)).toEqual({})
  })

  test('that a page got by a click is shown there no more than twice by clicks from the same page', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'saved'))
    const shown = []
    for (let i = 0; i < 4; i++) shown.push(await router(browser, '/inbox', '/'))
    expect(shown).toEqual(['saved', 'saved', undefined, undefined])
  })

  test('that a router fetches ahead, again and again, waits for the page', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'saved'))
    // Links of one page, after each change of data.
    for (let i = 0; i < 2; i++) expect(await router(browser, '/inbox', '/')).toBe('saved')
    // From another page once the router has thrown it away.
    for (const from of ['/help', '/terms']) {
      opened.clock.advance(6 * 60_000)
      expect(await router(browser, '/inbox', from)).toBe('saved')
    }
    expect(await router(browser, '/inbox', '/help')).toBeUndefined()
  })

  test('is asked for ahead by many at once, and what is noted of them stays within the limits', async () => {
    const browser = begin({ maxBytes: 4096 })
    await browser.visit((session) => session.flash('note', 'saved'))
    const visits = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const ahead = new Browser(browser.sessions, { request: prefetching(`/${i}${'x'.repeat(500)}`) })
        ahead.token = browser.token
        return ahead.open()
      }),
    )
    for (const { session } of visits) expect(session.readFlash('note')).toBe('saved')
    await new Promise((resolve) => setImmediate(resolve))
    const size = Object.entries(await opened.fields(browser.token))
      .flat()
      .join('').length
    expect(size).toBeGreaterThan(1000)
    expect(size).toBeLessThanOrEqual(4096)
  })

  test('that came after a prefetch is shown to the page that was fetched', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'first'))
    const ahead = new Browser(browser.sessions, { request: prefetching('/inbox') })
    ahead.token = browser.token
    await ahead.visit((session) => expect(session.readFlash('note')).toBe('first'))
    await browser.visit((session) => session.flash('note', 'second'))
    const next = new Browser(browser.sessions, {
      request: { headers: { referer: 'https://example.com/inbox' } },
    })
    next.token = browser.token
    await next.visit((session) => expect(session.readFlash('note')).toBe('second'))
  })

  test('of a nasty name keeps apart from the others and from the data', async () => {
    const browser = begin()
    const names = ['a', 'a/', 'a/b', '%', '', '__proto__']
    await browser.visit((session) => Promise.all(names.map((name) => session.flash(name, name))))
    await browser.visit((session) => {
      expect(session.getAll()).toEqual({})
      for (const name of names) expect(session.readFlash(name)).toBe(name)
    })
  })
})
