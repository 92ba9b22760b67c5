import { beforeEach, describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { delayed, gated } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

const clock = manualClock()
let memory: MemoryStore
let sessions: Sessions
beforeEach(() => {
  memory = memoryStore({ now: clock.now })
  sessions = new Sessions({}, memory)
})

async function signIn(user: string, from: Sessions = sessions, device?: string): Promise<Browser> {
  const browser = new Browser(from)
  await browser.visit((session) => session.login(user, device === undefined ? {} : { device }))
  clock.advance(1)
  return browser
}

const who = (browser: Browser): Promise<(string | null)[]> =>
  browser.visit((session) => [session.userId, session.ended])

describe('the list of a user', () => {
  test('shows each sign-in, oldest first, with its public id and device', async () => {
    const [one, two] = [await signIn('ada', sessions, 'Firefox'), await signIn('ada')]
    await signIn('grace')
    const ids = await Promise.all([one, two].map((browser) => browser.visit((session) => session.id)))
    expect(await sessions.list('ada')).toMatchObject([
      { id: ids[0], device: 'Firefox' },
      { id: ids[1], device: null },
    ])
    expect(JSON.stringify(await sessions.list('ada'))).not.toContain(one.token)
  })

  test('tells when a session was last seen, to within a minute', async () => {
    const browser = await signIn('ada')
    const [before] = await sessions.list('ada')
    clock.advance(3_600_000)
    await browser.visit((session) => session.touch())
    const [after] = await sessions.list('ada')
    expect(after!.lastSeenAt - before!.lastSeenAt).toBeGreaterThan(3_500_000)
    expect(after!.createdAt).toBe(before!.createdAt)
  })

  test('forgets who signs out, who signs in again and who expires', async () => {
    const [one, two] = [await signIn('ada'), await signIn('ada')]
    await one.visit((session) => session.logout())
    await two.visit((session) => session.login('ada'))
    expect(await sessions.list('ada')).toHaveLength(1)
    await two.visit((session) => session.rotate())
    expect(await sessions.list('ada')).toHaveLength(1)
    clock.advance(25 * 3_600_000)
    expect(await sessions.list('ada')).toEqual([])
  })

  test('loses no entry of two sign-ins at once, in a thousand trials', async () => {
    const random = seeded(1)
    const slow = new Sessions({}, delayed(memory, random, 3))
    const lost: string[] = []
    for (let trial = 0; trial < 1000; trial++) {
      const user = `user ${trial}`
      await Promise.all([signIn(user, slow), signIn(user, slow)])
      if ((await sessions.list(user)).length !== 2) lost.push(user)
    }
    expect(lost).toEqual([])
  })

  test('is a clear error on a store without lists', async () => {
    const { index: _, ...bare } = { ...memory, index: undefined }
    const plain = new Sessions({}, Object.assign(Object.create(memory), bare, { index: undefined }))
    await expect(plain.list('ada')).rejects.toMatchObject({ code: 'ERR_STORE_UNSUPPORTED' })
    expect(
      () =>
        new Sessions({ maxSessionsPerUser: 1 }, Object.assign(Object.create(memory), { index: undefined })),
    ).toThrow(/maxSessionsPerUser/)
  })
})

test('a server that lacks the key of a session leaves it on the list', async () => {
  const [old, fresh] = [0, 1].map((byte) => Buffer.alloc(32, byte).toString('base64'))
  const writer = new Sessions({ encryption: { keys: [old!] } }, memory)
  const stranger = new Sessions({ encryption: { keys: [fresh!] } }, memory)
  await signIn('ada', writer)
  expect(await stranger.list('ada')).toEqual([])
  expect(await writer.list('ada')).toHaveLength(1)
  expect(await stranger.revokeUser('ada')).toBe(1)
  expect(await writer.list('ada')).toEqual([])
})

describe('revoking', () => {
  test('ends one session by its public id, and its browser learns why', async () => {
    const [one, two] = [await signIn('ada'), await signIn('ada')]
    const id = await one.visit((session) => session.id)
    expect(await sessions.revoke(id!)).toBe(true)
    expect(await sessions.revoke(id!)).toBe(false)
    expect(await who(one)).toEqual([null, 'revoked'])
    expect(await who(two)).toEqual(['ada', null])
    expect(await sessions.list('ada')).toHaveLength(1)
  })

  test('ends all sessions of a user but the one excepted', async () => {
    const browsers = [await signIn('ada'), await signIn('ada'), await signIn('ada')]
    const other = await signIn('grace')
    const except = await browsers[1]!.visit((session) => session.id)
    expect(await sessions.revokeUser('ada', { except })).toBe(2)
    expect(await Promise.all(browsers.map(who))).toEqual([
      [null, 'revoked'],
      ['ada', null],
      [null, 'revoked'],
    ])
    expect(await who(other)).toEqual(['grace', null])
    expect(await sessions.revokeUser('ada')).toBe(1)
    expect(await sessions.revokeUser('ada')).toBe(0)
  })

  test('ends a sign-in under way, wherever it is', async () => {
    for (const [verb, when] of [
      ['add', 'after'],
      ['create', 'before'],
      ['create', 'after'],
    ] as const) {
      const { store, hold } = gated(memory)
      const browser = new Browser(new Sessions({}, store))
      const gate = hold(verb, when)
      const login = browser.visit((session) => session.login('ada'))
      await gate.reached
      clock.advance(1)
      await sessions.revokeUser('ada')
      gate.open()
      const failure = await login.then(
        () => 'none',
        (error: unknown) => isSessionError(error) && error.code,
      )
      expect(['none', 'ERR_SESSION_GONE']).toContain(failure)
      expect((await who(browser))[0]).toBe(null)
      expect(await sessions.list('ada')).toEqual([])
      clock.advance(1)
    }
  })
})

describe.each(Array.from({ length: 40 }, (_, i) => i + 1))('with 50 sign-ins at once, seed %i', (seed) => {
  test('revokeUser ends every session that began before, and none that begins later', async () => {
    const random = seeded(seed)
    const slow = new Sessions({}, delayed(memory, random))
    const started: Promise<Browser | null>[] = []
    const attempt = (): Promise<Browser | null> => {
      const browser = new Browser(slow)
      return browser
        .visit((session) => session.login('ada'))
        .then(() => browser)
        .catch((error: unknown) => {
          if (isSessionError(error, 'ERR_SESSION_GONE')) return null
          throw error
        })
    }
    for (let i = 0; i < 50; i++) started.push(attempt())
    await Promise.all(started.slice(0, 20))
    const rotations = started.slice(0, 10).map(async (login) => {
      const browser = await login
      await browser?.visit((session) => session.rotate()).catch(() => {})
    })
    const before = await Promise.all(started.slice(0, 20))
    clock.advance(1)
    const revoked = slow.revokeUser('ada')
    const late = Array.from({ length: 10 }, attempt)
    await Promise.all([revoked, ...started, ...late, ...rotations])
    clock.advance(1)
    const afterwards = await Promise.all(Array.from({ length: 10 }, attempt))

    for (const browser of before) expect((await who(browser!))[0]).toBe(null)
    for (const browser of afterwards) expect((await who(browser!))[0]).toBe('ada')
    const everybody = (await Promise.all([...started, ...late])).filter((browser) => browser !== null)
    const alive = await Promise.all([...everybody, ...afterwards].map((browser) => who(browser!)))
    const living = alive.filter(([user]) => user === 'ada').length
    expect(await sessions.list('ada')).toHaveLength(living)
  })
})

describe('a limit of sessions per user', () => {
  const limited = (more: SessionOptions): Sessions => new Sessions({ maxSessionsPerUser: 2, ...more }, memory)

  test('ends the oldest one by default, and its browser learns why', async () => {
    const from = limited({})
    const [one, two, three] = [
      await signIn('ada', from),
      await signIn('ada', from),
      await signIn('ada', from),
    ]
    expect(await who(one)).toEqual([null, 'evicted'])
    expect([await who(two), await who(three)]).toEqual([
      ['ada', null],
      ['ada', null],
    ])
  })

  test('counts only living sessions', async () => {
    const from = limited({ idle: '1h' })
    const one = await signIn('ada', from)
    await signIn('ada', from)
    clock.advance(3_000_000)
    await one.visit((session) => session.touch())
    clock.advance(3_000_000)
    await signIn('ada', from)
    expect((await who(one))[0]).toBe('ada')
  })

  test('refuses, if told to, and leaves the visitor as they were', async () => {
    const from = limited({ atLimit: 'refuse' })
    const [one] = [await signIn('ada', from), await signIn('ada', from)]
    const guest = new Browser(from)
    await guest.visit((session) => session.set('cart', 1))
    await guest.visit((session) =>
      expect(session.login('ada')).rejects.toMatchObject({ code: 'ERR_TOO_MANY_SESSIONS', status: 403 }),
    )
    expect(await guest.visit((session) => session.getAll())).toEqual({ cart: 1 })
    await one.visit((session) => session.login('ada'))
    await one.visit((session) => session.logout())
    await guest.visit((session) => session.login('ada'))
    expect((await who(guest))[0]).toBe('ada')
  })

  test.each(['evict-oldest', 'refuse'] as const)(
    'is kept by twenty sign-ins at once: %s',
    async (atLimit) => {
      for (let seed = 1; seed <= 30; seed++) {
        memory = memoryStore({ now: clock.now })
        const from = new Sessions({ maxSessionsPerUser: 3, atLimit }, delayed(memory, seeded(seed)))
        await Promise.allSettled(Array.from({ length: 20 }, () => signIn('ada', from)))
        const count = (await new Sessions({}, memory).list('ada')).length
        expect([seed, count]).toEqual([seed, 3])
      }
    },
  )
})

describe('requireFresh', () => {
  test('passes for a while after a sign-in, and then demands another', async () => {
    const browser = await signIn('ada')
    await browser.visit((session) => session.requireFresh('10m'))
    clock.advance(11 * 60_000)
    const code = await browser.visit((session) => {
      try {
        session.requireFresh('10m')
        return null
      } catch (error) {
        return isSessionError(error) ? error.code : 'other'
      }
    })
    expect(code).toBe('ERR_NOT_FRESH')
    await browser.visit((session) => session.login('ada'))
    await browser.visit((session) => session.requireFresh('10m'))
    await new Browser(sessions).visit((session) =>
      expect(() => session.requireFresh('10m')).toThrow(/No user is signed in/),
    )
  })
})
