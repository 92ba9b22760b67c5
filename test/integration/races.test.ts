/**
 * Two servers in two processes, and requests of one browser that meet: a thousand random
 * interleavings of each race, on every store. Memory is in one process.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { identify, type Identity } from '../../src/core/record/token.ts'
import { race, type Race } from '../support/race.ts'
import { memoryCourse, type RaceCourse, redisCourse, sqliteCourse } from '../support/race-course.ts'
import type { Conditions, Racer } from '../support/racer.ts'

const ROUNDS = 1000
const AT_ONCE = 60
/** Milliseconds. */
const LATENCY = 6
const PROMPT: Conditions = { seed: 0, latency: 0 }

const courses = {
  memory: memoryCourse,
  sqlite: sqliteCourse,
  redis: () => redisCourse(inject('redisUrl')),
}

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

  test('the servers are two processes, if the store can be shared', () => {
    expect(course.pid === process.pid).toBe(name === 'memory')
  })

  test('no write brings back who has signed out', async () => {
    const wrong = await race(ROUNDS, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round)
      const [late, leaving] = await both(round, writer, other, token)
      const over = { is: false }
      const writes = writeOn(round, writer, late, over)
      await round.hesitate(3 * LATENCY)
      const { code, token: left } = await other.run(leaving, ['logout'])
      over.is = true
      round.claim(code === null && left === '', `the logout ended with ${code}`)
      await writes
      await claimDead(round, token, 'logout')
      await claimList(round, user, [])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('no write brings back a token that was rotated; the new one has all that was acknowledged, and no more', async () => {
    const wrong = await race(ROUNDS, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round)
      await writer.visit(token, ['set', { before: round.seed }], PROMPT)
      const [late, rotating] = await both(round, writer, other, token)
      const over = { is: false }
      const writes = writeOn(round, writer, late, over)
      await round.hesitate(3 * LATENCY)
      const rotated = await other.run(rotating, ['rotate'])
      over.is = true
      round.claim(rotated.code === null, `the rotation ended with ${rotated.code}`)
      const acknowledged = await writes
      await claimDead(round, token, 'rotated')
      const { userId, data } = await writer.open(rotated.token, PROMPT)
      round.claim(userId === user, 'the new token opens nothing')
      round.compare('the new session holds', data, { before: round.seed, ...acknowledged })
      await claimList(round, user, [rotated.token])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('no write brings back a session that was revoked', async () => {
    const wrong = await race(ROUNDS, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round)
      const late = await writer.open(token, slow(round))
      const over = { is: false }
      const writes = writeOn(round, writer, late.handle, over)
      await round.hesitate(3 * LATENCY)
      const isEnded = await other.revoke(identityOf(token).id, slow(round))
      over.is = true
      round.claim(isEnded, 'revoke found no session')
      await writes
      await claimDead(round, token, 'revoked')
      await claimList(round, user, [])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('nothing that began before survives revokeUser, rotated or written meanwhile', async () => {
    const wrong = await race(ROUNDS, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round)
      const rotator = round.random() < 0.5 ? writer : other
      const [late, rotating] = await both(round, writer, rotator, token)
      const over = { is: false }
      const writes = writeOn(round, writer, late, over)
      const rotation = round.hesitate(2 * LATENCY).then(() => rotator.run(rotating, ['rotate']))
      await round.hesitate(4 * LATENCY)
      await other.revokeUser(user, slow(round))
      over.is = true
      await writes
      const { code, token: next } = await rotation
      round.claim(code === null || code === 'ERR_SESSION_GONE', `the rotation ended with ${code}`)
      await claimDead(round, token)
      await claimDead(round, next)
      await claimList(round, user, [])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('of a rotation and a logout at once one succeeds, and the other is told', async () => {
    const wrong = await race(300, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round)
      const [rotating, leaving] = await both(round, writer, other, token)
      const [rotated, left] = await Promise.all([
        round.hesitate(LATENCY).then(() => writer.run(rotating, ['rotate'])),
        round.hesitate(LATENCY).then(() => other.run(leaving, ['logout'])),
      ])
      const codes = `${rotated.code}, ${left.code}`
      const hasLeft = codes === 'ERR_SESSION_GONE, null'
      round.claim(hasLeft || codes === 'null, ERR_SESSION_CONFLICT', `they ended with ${codes}`)
      await claimDead(round, token, hasLeft ? 'logout' : 'rotated')
      const { userId } = await other.open(rotated.token, PROMPT)
      round.claim(userId === (hasLeft ? null : user), `afterwards ${userId} is signed in`)
      await claimList(round, user, hasLeft ? [] : [rotated.token])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  test('a list that is read during a rotation does not end the session', async () => {
    const wrong = await race(300, AT_ONCE, async (round) => {
      const { writer, other, user, token } = await begin(round, 120_000)
      const rotation = writer.visit(token, ['rotate'], slow(round))
      let isOver = false
      const reading = (async () => {
        while (!isOver) await other.list(user, { seed: round.draw(), latency: 1 })
      })()
      const { code, token: next } = await rotation
      isOver = true
      await reading
      round.claim(code === null, `the rotation ended with ${code}`)
      await claimDead(round, token, 'rotated')
      await claimList(round, user, [next])
    })
    expect(wrong).toEqual([])
    expect((await course.heldKeys()).sort()).toEqual(keys.sort())
  })

  /** Somebody is signed in. Which server does what is drawn. */
  async function begin(
    { random }: Race,
    age = 0,
  ): Promise<{ writer: Racer; other: Racer; user: string; token: string }> {
    const { here, there } = course
    const [writer, other] = random() < 0.5 ? [here, there] : [there, here]
    const user = crypto.randomUUID()
    const { token } = await other.visit('', ['login', user], { ...PROMPT, age })
    return { writer, other, user, token }
  }

  /** Two requests with the same cookie, which both have read the session. */
  async function both(round: Race, one: Racer, two: Racer, token: string): Promise<[number, number]> {
    const requests = await Promise.all([one.open(token, slow(round)), two.open(token, slow(round))])
    for (const { userId } of requests) round.claim(userId !== null, 'the login was not seen')
    return [requests[0].handle, requests[1].handle]
  }

  /**
   * Writes on one handle, one after another, until the end of the session and beyond. Answers
   * what the session must hold by what was acknowledged.
   */
  async function writeOn(
    round: Race,
    writer: Racer,
    handle: number,
    over: { is: boolean },
  ): Promise<Record<string, number>> {
    const held: Record<string, number> = {}
    let isGone = false
    for (let step = 0; step < 5; step++) {
      const [isLate, wasGone] = [over.is, isGone]
      const name = round.random() < 0.5 ? 'count' : `late ${step}`
      const { code } = await writer.run(
        handle,
        name === 'count' ? ['increment', name] : ['set', { [name]: 1 }],
      )
      round.claim(code === null || code === 'ERR_SESSION_GONE', `a write ended with ${code}`)
      round.claim(code !== null || !isLate, 'a write succeeded after the end')
      round.claim(code !== null || !wasGone, 'a write succeeded after one that found the session gone')
      isGone = code !== null
      if (code === null) held[name] = (held[name] ?? 0) + 1
      await round.hesitate(LATENCY)
    }
    return held
  }

  /** No server opens anything with this token, and both say why. */
  async function claimDead(round: Race, token: string, reason?: string): Promise<void> {
    for (const racer of [course.here, course.there]) {
      const { id, userId, data, ended } = await racer.open(token, PROMPT)
      round.compare('a dead token opens', [id, userId, data], [null, null, {}])
      if (reason !== undefined) round.claim(ended === reason, `it ended by ${ended}, not ${reason}`)
    }
  }

  /** In the end these tokens live: both servers list their sessions, and nothing else. */
  async function claimList(round: Race, user: string, tokens: string[]): Promise<void> {
    const expected = tokens.map((token) => identityOf(token).id)
    for (const token of tokens) keys.push(identityOf(token).key)
    for (const racer of [course.here, course.there]) {
      round.compare('the list names', await racer.list(user, PROMPT), expected)
    }
  }
})

/** Store operations that take their time: for one request more, for another less. */
function slow({ draw, random }: Race): Conditions {
  return { seed: draw(), latency: random() * 2 * LATENCY }
}

function identityOf(token: string): Identity {
  return identify(token) as Identity
}
