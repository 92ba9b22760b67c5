/** A change of library that a process leaves undone at any step, or does late, signs nobody out and nobody in again. */

import { MemoryStore } from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSessions, type FetchSessions } from '../../src/fetch.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { connect, cookie, ironWhole, type OldLibraryUnderTest } from '../support/old-libraries.ts'
import { delayed, interfered } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

const HOUR = 3_600_000

/** One process of our application. */
interface Process {
  sessions: FetchSessions
  get: (path: string, cookie: string) => Promise<Response>
}

function processOf(library: OldLibraryUnderTest, store: Store, old: MemoryStore): Process {
  const sessions = createSessions({ store, adopt: library.adopt(old), timeout: '1h' })
  const handle = sessions.handler(async (request, { getSession }) => {
    const session = await getSession()
    if (request.url.endsWith('/logout')) await session.logout()
    return Response.json(session.userId)
  })
  return {
    sessions,
    get: (path, header) => handle(new Request(`http://127.0.0.1${path}`, { headers: { cookie: header } })),
  }
}

/** A MemoryStore whose every call is led through `around`. */
function around(inner: MemoryStore, pass: () => Promise<void>): MemoryStore {
  const outer = new MemoryStore()
  outer.get = (id, done) => void pass().then(() => inner.get(id, done))
  outer.destroy = (id, done) => void pass().then(() => inner.destroy(id, done))
  return outer
}

async function signedIn(library: OldLibraryUnderTest, old: MemoryStore): Promise<string> {
  const server = await library.start(old)
  onTestFinished(() => server.close())
  const jar = new CookieJar()
  await jar.text(`${server.url}/login`)
  return jar.header(server.url)
}

function left(old: MemoryStore): Promise<number> {
  return new Promise((resolve) => old.all((_error, all) => resolve(Object.keys(all ?? {}).length)))
}

function tokenIn(response: Response): string {
  const jar = new CookieJar()
  jar.receive('http://127.0.0.1/', response.headers.getSetCookie())
  return jar.header('http://127.0.0.1/')
}

describe.each([connect, ironWhole, cookie])('$name', (library) => {
  /** How many operations of both stores one move takes, a look before and after each of ours included. */
  const STEPS = 40

  test('a process that ends at any step leaves the rest to the next, which does all of it once', async () => {
    let crashes = 0
    for (let step = 0; step < STEPS; step++) {
      const clock = manualClock()
      const [store, old] = [memoryStore({ now: clock.now }), new MemoryStore()]
      const header = await signedIn(library, old)
      let steps = 0
      const crash = Promise.withResolvers<void>()
      const pass = async (): Promise<void> => {
        if (steps++ < step) return
        crash.resolve()
        await new Promise(() => {})
      }
      const dying = processOf(library, interfered(store, { before: pass, after: pass }), around(old, pass))
      const end = await Promise.race([dying.get('/who', header).then(() => 'done'), crash.promise])
      if (end !== 'done') crashes++

      const { get, sessions } = processOf(library, store, old)
      const next = await get('/who', header)
      expect(await next.json(), `step ${step}`).toBe('ann')
      expect(await (await get('/who', tokenIn(next))).json(), `step ${step}`).toBe('ann')
      expect(await sessions.list('ann'), `step ${step}`).toHaveLength(1)
      expect(await left(old), `step ${step}`).toBe(0)
      await get('/logout', tokenIn(next))
      for (const hours of [0, 1, 24, 24 * 100]) {
        clock.advance(hours * HOUR)
        expect(await (await get('/who', header)).json(), `step ${step}`).toBeNull()
      }
    }
    expect(crashes).toBeGreaterThan(12)
    expect(crashes).toBeLessThan(STEPS)
  })

  test.each([false, true])(
    'a process that is late by any step spoils nothing, signed out meanwhile: %s',
    async (signsOut) => {
      for (let step = 0; step < STEPS; step++) {
        const [store, old] = [memoryStore(), new MemoryStore()]
        const header = await signedIn(library, old)
        let steps = 0
        const stop = Promise.withResolvers<void>()
        const go = Promise.withResolvers<void>()
        const pass = async (): Promise<void> => {
          if (steps++ !== step) return
          stop.resolve()
          await go.promise
        }
        const late = processOf(library, interfered(store, { before: pass, after: pass }), around(old, pass))
        const answer = late.get('/who', header)
        await Promise.race([answer, stop.promise])
        const { get, sessions } = processOf(library, store, old)
        const token = tokenIn(await get('/who', header))
        if (signsOut) await get('/logout', token)
        go.resolve()
        const expected = signsOut ? null : 'ann'
        const who = (await (await answer).json()) as unknown
        // It may have read before the sign-out, and answers after it.
        expect([expected, 'ann'], `step ${step}`).toContain(who)
        expect(await (await get('/who', token)).json(), `step ${step}`).toBe(expected)
        expect(await (await get('/who', header)).json(), `step ${step}`).toBe(expected)
        expect(await sessions.list('ann'), `step ${step}`).toHaveLength(signsOut ? 0 : 1)
        expect(await left(old), `step ${step}`).toBe(0)
      }
    },
  )

  test('three processes, late answers in any order: all are signed in, in one session', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed)
      const [store, old] = [memoryStore(), new MemoryStore()]
      const header = await signedIn(library, old)
      const turns = async (): Promise<void> => {
        for (let turn = Math.floor(random() * 12); turn > 0; turn--)
          await new Promise((resolve) => setImmediate(resolve))
      }
      const processes = [1, 2, 3].map(() =>
        processOf(library, delayed(store, random, 12), around(old, turns)),
      )
      const tokens = new Set<string>()
      // Each browser tab goes on with the token as soon as one answer has brought it.
      const visits = Array.from({ length: 12 }, async (_, i) => {
        await turns()
        const [known = header] = tokens
        const answer = await processes[i % 3]?.get('/who', known)
        const token = answer === undefined ? '' : tokenIn(answer)
        if (token !== '') tokens.add(token)
        return (await answer?.json()) as unknown
      })
      expect(await Promise.all(visits), `seed ${seed}`).toEqual(visits.map(() => 'ann'))
      expect(tokens.size, `seed ${seed}`).toBe(1)
      expect(await processes[0]?.sessions.list('ann'), `seed ${seed}`).toHaveLength(1)
      expect(await left(old), `seed ${seed}`).toBe(0)
    }
  })
})
