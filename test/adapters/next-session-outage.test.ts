/**
 * What `sojourn/next-session` does when a store of sojourn fails, and how anybody hears of a failure.
 */

import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { ACTIONS, breaking, captureWarnings, carefulApp, FAULTS } from '../support/failing-next-session.ts'
import { cookieOf, type Site } from '../support/http-visit.ts'
import { NotingStore } from '../support/next-sessions.ts'
import { faulty, gated } from '../support/pausing-store.ts'
import type { SessionHandler } from '../support/session-app.ts'

let warnings: ReturnType<typeof captureWarnings>
beforeEach(() => {
  warnings = captureWarnings()
})
afterEach(() => warnings.restore())

describe('a store of sojourn', () => {
  async function signedIn(site: Site): Promise<string> {
    return cookieOf(await site.visit())
  }

  test.each(['create', 'now'] as const)('fails to %s: 503 and no cookie', async (verb) => {
    const { store, fail } = faulty(memoryStore())
    fail(verb)
    const site = await carefulApp({ store }, ACTIONS.set)
    expect(await site.visit()).toMatchObject({ status: 503, cookies: [] })
  })

  test.each([
    ['load', ACTIONS.get],
    ['update', ACTIONS.set],
    ['update', ACTIONS.touch],
    ['destroy', ACTIONS.destroy],
  ] as const)('fails to %s: 503, and all is well again after', async (verb, action) => {
    const { store, fail } = faulty(memoryStore())
    let handler: SessionHandler = ACTIONS.set
    const site = await carefulApp({ store, cookie: { maxAge: 60 } }, (...args) => handler(...args))
    const cookie = await signedIn(site)
    handler = action
    fail(verb)
    expect(await site.visit(cookie)).toMatchObject({ status: 503, cookies: [] })
    fail(null)
    expect(await site.visit(cookie)).toMatchObject({ status: 200, body: 'fine' })
  })

  test('hangs: 503 in time', async () => {
    const { store, hold } = gated(memoryStore())
    const site = await carefulApp({ store }, ACTIONS.set)
    const cookie = await signedIn(site)
    const gate = hold('update')
    expect(await site.visit(cookie)).toMatchObject({ status: 503 })
    gate.open()
  })

  test('was told of a logout: a request still running ends with 401 and brings nothing back', async () => {
    const { store, hold } = gated(memoryStore())
    const site = await carefulApp({ store }, async (session, req, res) => {
      if (req.url === '/logout') await session.destroy()
      else session['views'] = (session['views'] ?? 0) + 1
      res.end(String(session['views']))
    })
    const cookie = await signedIn(site)
    const gate = hold('update')
    const late = site.visit(cookie, '/')
    await gate.reached
    expect(await site.visit(cookie, '/logout')).toMatchObject({ status: 200 })
    gate.open()
    expect(await late).toMatchObject({ status: 401, cookies: [] })
    expect((await site.visit(cookie)).body).toBe('1')
  })
})

describe('a failure is told', () => {
  test('by one warning of the process for each outage, without the words of the driver', async () => {
    const { store, state } = breaking('set', FAULTS['rejects'] as () => unknown)
    const site = await carefulApp({ store }, ACTIONS.set)
    await site.visit('sid=foo')
    await site.visit('sid=foo')
    expect(warnings.messages).toEqual([expect.stringContaining('ERR_STORE_UNAVAILABLE')])
    expect(warnings.messages.join()).not.toContain('10.1.2.3')
    state.isBroken = false
    await site.visit('sid=foo')
    state.isBroken = true
    await site.visit('sid=foo')
    expect(warnings.messages).toHaveLength(2)
  })

  test('or by events, where somebody receives them', async () => {
    const events: SessionEvent[] = []
    const { store } = breaking('set', FAULTS['never answers'] as () => unknown)
    const site = await carefulApp({ store, onEvent: (event) => void events.push(event) }, ACTIONS.set)
    await site.visit('sid=foo')
    expect(events).toEqual([
      { type: 'store-error', store: 'NotingStore', operation: 'set', code: 'ERR_STORE_TIMEOUT' },
    ])
    expect(warnings.messages).toEqual([])
  })

  test('a new session that comes too late is not stored, and said', async () => {
    const store = new NotingStore()
    const site = await carefulApp({ store }, async (session, _, res) => {
      await new Promise((resolve) => res.write('begun ', resolve))
      session['user'] = 'ann'
      res.end('and done')
    })
    const answer = await site.visit()
    expect(answer).toMatchObject({ status: 200, body: 'begun and done', isWhole: true, cookies: [] })
    expect(store.kept.size).toBe(0)
    expect(warnings.messages).toEqual([expect.stringContaining('ERR_HEADERS_SENT')])
  })
})

describe('in a process of its own', () => {
  const SCRIPT = `
    import { createServer } from 'node:http'
    const { default: nextSession } = await import(process.argv[1])
    const getSession = nextSession({ store: {
      get: async () => null, destroy: async () => {}, set: async () => { throw new Error('no') },
    } })
    const server = createServer(async (req, res) => {
      const session = await getSession(req, res)
      session.user = 'ann'
      res.end('fine')
    })
    server.listen(0, '127.0.0.1', async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port)
      console.log(answer.status)
      server.close()
    })`

  test.each([
    ['next-session', 1, ''],
    [new URL('../../src/next-session.ts', import.meta.url).href, 0, '503\n'],
  ])('a rejected write: %s exits with %i', (module, code, output) => {
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT, module], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, stdout }).toEqual({ status: code, stdout: output })
  })
})
