/**
 * One user who signs in many times at once, at two servers in two processes. The list of their
 * sessions is never wrong about who lives.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { identify, type Identity } from '../../src/core/record/token.ts'
import { race, type Race } from '../support/race.ts'
import { type RaceCourse, redisCourse, sqliteCourse } from '../support/race-course.ts'
import type { Conditions, Outcome, Racer, Step } from '../support/racer.ts'

const PROMPT: Conditions = { seed: 0, latency: 0 }
const LIMIT = 3

const courses = { sqlite: sqliteCourse, redis: () => redisCourse(inject('redisUrl')) }

describe.each(Object.keys(courses) as (keyof typeof courses)[])('on %s', { timeout: 120_000 }, (name) => {
  let course: RaceCourse
  /** Of all that must live in the end. */
  let keys: string[]
  beforeAll(async () => {
    course = await courses[name]()
  })
  beforeEach(async () => {
    keys = await course.heldKeys()
  })
  afterAll(() => course.close())

  test('of two sign-ins at once none is lost from the list', async () => {
    const wrong = await race(1000, 60, async (round) => {
      const user = crypto.randomUUID()
      const logins = await Promise.all(servers().map((racer) => login(round, racer, user, 6)))
      round.claim(logins.every(succeeded), `they ended with ${codes(logins)}`)
      const alive = await claimReality(round, user, logins)
      round.claim(alive.size === 2, `${alive.size} live`)
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('revokeUser amid fifty sign-ins ends what was there, and nothing that comes later', async () => {
    let refused = 0
    const wrong = await race(24, 4, async (round) => {
      const user = crypto.randomUUID()
      const finished: Outcome[] = []
      const logins = Array.from({ length: 50 }, async (_, i) => {
        await round.hesitate(60)
        const outcome = await login(round, server(i), user, 20)
        if (succeeded(outcome)) finished.push(outcome)
        return outcome
      })
      await atLeast(finished, 1 + Math.floor(round.random() * 45), logins)

      const before = [...finished]
      const rotations = before
        .slice(0, 5)
        .map(({ token }, i) => visit(round, server(i), token, ['rotate'], 20))
      const revoker = server(round.seed)
      // Fast ones overtake the sign-ins under way, slow ones are overtaken.
      const pace = { seed: round.draw(), latency: round.random() < 0.5 ? 0 : 20 }
      const revocation = revoker.revokeUser(user, pace)
      const during = Array.from({ length: 10 }, async (_, i) => {
        await round.hesitate(80)
        return login(round, server(i), user, 20)
      })
      await revocation
      const after = await Promise.all(Array.from({ length: 10 }, (_, i) => login(round, server(i), user, 20)))
      const [started, rotated, between] = await Promise.all([
        Promise.all(logins),
        Promise.all(rotations),
        Promise.all(during),
      ])

      const others = [...started, ...rotated, ...between]
      const allowed = others.every(({ code }) => code === null || code === 'ERR_SESSION_GONE')
      round.claim(allowed, `they ended with ${codes(others)}`)
      round.claim(after.every(succeeded), `later ones ended with ${codes(after)}`)
      const alive = await claimReality(round, user, [...others, ...after])
      round.claim(
        [...before, ...rotated].every(({ token }) => !alive.has(token)),
        'one that was there before lives',
      )
      round.claim(
        after.every(({ token }) => alive.has(token)),
        'one that came later is dead',
      )
      refused += others.filter((outcome) => !succeeded(outcome)).length
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
    // Else nothing was under way, and nothing is proved.
    expect(refused).toBeGreaterThan(0)
  })

  describe.each(['evict-oldest', 'refuse'] as const)('with a limit of sessions per user: %s', (atLimit) => {
    const limit = { maxSessionsPerUser: LIMIT, atLimit }
    const isRefusing = atLimit === 'refuse'
    const refusal = isRefusing ? 'ERR_TOO_MANY_SESSIONS' : 'ERR_SESSION_GONE'

    test('twenty sign-ins at once leave exactly as many as allowed', async () => {
      const wrong = await race(30, 6, async (round) => {
        const user = crypto.randomUUID()
        const logins = await Promise.all(
          Array.from({ length: 20 }, (_, i) => login(round, server(i), user, 6, limit)),
        )
        const allowed = logins.every(({ code }) => code === null || code === refusal)
        round.claim(allowed, `they ended with ${codes(logins)}`)
        const alive = await claimReality(round, user, logins)
        round.claim(alive.size === LIMIT, `${alive.size} live`)
      })
      expect(wrong).toEqual([])
      expect((await course.heldKeys()).sort()).toEqual(keys.sort())
    })

    test('rotations make no room for more, and are not refused', async () => {
      const wrong = await race(80, 10, async (round) => {
        const user = crypto.randomUUID()
        const tokens = await signedIn(round, user)
        const step = (i: number, token: string, step: Step): Promise<Outcome> =>
          round.hesitate(20).then(() => visit(round, server(i), token, step, 6, limit))
        const rotations = tokens.map((token, i) => step(round.seed + i, token, ['rotate']))
        const logins = Array.from({ length: 4 }, (_, i) => step(i, '', ['login', user]))
        const rotated = await Promise.all(rotations)
        const allowed = rotated.every(({ code }) => code === null || (code === refusal && !isRefusing))
        round.claim(allowed, `the rotations ended with ${codes(rotated)}`)
        const alive = await claimReality(round, user, [...rotated, ...(await Promise.all(logins))])
        round.claim(alive.size === LIMIT, `${alive.size} live`)
      })
      expect(wrong).toEqual([])
      expect((await course.heldKeys()).sort()).toEqual(keys.sort())
    })

    test('a browser that signs in again while its session ends gets no place beside another', async () => {
      const wrong = await race(100, 10, async (round) => {
        const user = crypto.randomUUID()
        const tokens = await signedIn(round, user)
        const how = { seed: round.draw(), latency: 6, ...limit }
        const again = await server(round.seed).open(tokens[0]!, how)
        const outcomes = await Promise.all([
          visit(round, server(round.seed + 1), tokens[0]!, ['logout'], 1),
          round.hesitate(30).then(() => server(round.seed).run(again.handle, ['login', user])),
          round.hesitate(30).then(() => login(round, course.here, user, 6, limit)),
          round.hesitate(30).then(() => login(round, course.there, user, 6, limit)),
        ])
        const held = tokens.map((token) => ({ code: null, token }))
        const alive = await claimReality(round, user, [...held, ...outcomes])
        round.claim(alive.size <= LIMIT, `${alive.size} live`)
      })
      expect(wrong).toEqual([])
      expect((await course.heldKeys()).sort()).toEqual(keys.sort())
    })

    /** As many as are allowed, of old, so that none of them passes for a sign-in under way. */
    async function signedIn(round: Race, user: string): Promise<string[]> {
      const tokens: string[] = []
      for (let i = 0; i < LIMIT; i++)
        tokens.push((await login(round, server(i), user, 1, { ...limit, age: 120_000 - 1000 * i })).token)
      return tokens
    }
  })

  function servers(): Racer[] {
    return [course.here, course.there]
  }

  function server(i: number): Racer {
    return servers()[i % 2]!
  }

  /**
   * Those that live, by their tokens, are those on the list, at either server. Answers the tokens.
   */
  async function claimReality(round: Race, user: string, outcomes: readonly Outcome[]): Promise<Set<string>> {
    const tokens = [...new Set(outcomes.map(({ token }) => token))].filter((token) => token !== '')
    const opened = await Promise.all(tokens.map((token, i) => server(i).open(token, PROMPT)))
    const alive = tokens.filter((_, i) => opened[i]!.userId === user)
    const expected = alive.map((token) => identityOf(token).id).sort()
    for (const racer of servers()) {
      round.compare('the list names', (await racer.list(user, PROMPT)).sort(), expected)
    }
    for (const token of alive) keys.push(identityOf(token).key)
    return new Set(alive)
  }
})

function login(
  round: Race,
  racer: Racer,
  user: string,
  latency: number,
  more: Partial<Conditions> = {},
): Promise<Outcome> {
  return visit(round, racer, '', ['login', user], latency, more)
}

function visit(
  { draw }: Race,
  racer: Racer,
  token: string,
  step: Step,
  latency: number,
  more: Partial<Conditions> = {},
): Promise<Outcome> {
  return racer.visit(token, step, { seed: draw(), latency, ...more })
}

/** Waits until so many of them have finished, or all have. */
async function atLeast(
  finished: readonly unknown[],
  count: number,
  all: readonly Promise<unknown>[],
): Promise<void> {
  const pending = new Set(all)
  for (const each of all) {
    const settled = (): unknown => pending.delete(each)
    each.then(settled, settled)
  }
  while (finished.length < count && pending.size > 0) await Promise.race(pending)
}

function succeeded({ code }: Outcome): boolean {
  return code === null
}

function codes(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ code }) => code).join(', ')
}

function identityOf(token: string): Identity {
  return identify(token) as Identity
}
