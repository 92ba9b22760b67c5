/**
 * Visitors who sign in, read, write, sign out and end all their sessions, and who remember what
 * they were told. What a store has acknowledged must be so from then on, whatever dies.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { isSessionError, type Sessions } from '../../../src/index.ts'
import { Browser } from '../../support/browser.ts'
import { seeded } from '../../support/seeded.ts'

/** One session, as its visitor knows it. */
interface Known {
  token: string
  user: string
  /** `unknown`: an end was asked for, and there was no answer or an error. */
  state: 'signed in' | 'signed out' | 'unknown'
  /** The last number that was acknowledged, and the last that was sent. */
  written: number
  sent: number
  /** How many increments were acknowledged. */
  counted: number
}

/** Visitors at work. */
export interface Crowd {
  /** Resolves when so many more operations were acknowledged, of each kind at least a few. */
  go(more: number): Promise<void>
  /** Sends everybody home, and resolves when the last is gone. */
  end(): Promise<void>
  /** Looks at every session there was, with other sessions on the same store. */
  judge(sessions: Sessions): Promise<void>
  /** What was not as it was acknowledged. */
  readonly wrong: string[]
  /** How often each kind of operation was acknowledged. */
  readonly acknowledged: Record<Action, number>
  /** How often operations failed, by code. */
  readonly failed: Record<string, number>
  /** How many sessions were signed in or out in the end, or nobody knows. */
  readonly states: Record<Known['state'], number>
}

type Action = 'sign in' | 'read' | 'write' | 'count' | 'sign out' | 'end all' | 'look back'

const VISITORS = 16

/** Codes of a store that is away. Anything else is wrong. */
const OUTAGE = new Set(['ERR_STORE_UNAVAILABLE', 'ERR_STORE_TIMEOUT', 'ERR_STORE_NOT_REPLICATED'])

/** Lets visitors in. */
export function letIn(sessions: Sessions, seed: number): Crowd {
  const known: Known[] = []
  const wrong: string[] = []
  const failed: Record<string, number> = {}
  const acknowledged: Crowd['acknowledged'] = {
    'sign in': 0,
    read: 0,
    write: 0,
    count: 0,
    'sign out': 0,
    'end all': 0,
    'look back': 0,
  }
  let isOver = false
  const crowd = Array.from({ length: VISITORS }, (_, i) => visit(`user ${i}`, seeded(seed * 1000 + i)))

  async function visit(user: string, random: () => number): Promise<void> {
    const mine: Known[] = []
    while (!isOver) {
      const current = mine.at(-1)
      const action = actionOf(random(), current?.state === 'signed in', mine.length > 1)
      try {
        await act(action, user, mine, random)
        acknowledged[action]++
      } catch (error) {
        const code = isSessionError(error) ? error.code : String((error as Error).stack)
        failed[code] = (failed[code] ?? 0) + 1
        if (!OUTAGE.has(code)) wrong.push(`${action}: ${code}`)
        await sleep(20)
      }
    }
  }

  async function act(action: Action, user: string, mine: Known[], random: () => number): Promise<void> {
    const current = mine.at(-1)!
    if (action === 'sign in') {
      const browser = new Browser(sessions)
      await browser.visit((session) => session.login(user))
      const session: Known = {
        token: browser.token,
        user,
        state: 'signed in',
        written: 0,
        sent: 0,
        counted: 0,
      }
      mine.push(session)
      known.push(session)
    } else if (action === 'read') await look(sessions, current, wrong)
    else if (action === 'look back') {
      await look(sessions, mine[Math.floor(random() * (mine.length - 1))]!, wrong)
    } else if (action === 'write') {
      current.sent++
      await browserOf(sessions, current).visit((session) => session.set('number', current.sent))
      current.written = current.sent
    } else if (action === 'count') {
      await browserOf(sessions, current).visit((session) => session.increment('count'))
      current.counted++
    } else if (action === 'sign out') {
      current.state = 'unknown'
      await browserOf(sessions, current).visit((session) => session.logout())
      current.state = 'signed out'
    } else {
      for (const session of mine) if (session.state === 'signed in') session.state = 'unknown'
      await sessions.revokeUser(user)
      for (const session of mine) session.state = 'signed out'
    }
  }

  return {
    wrong,
    failed,
    acknowledged,
    get states() {
      const states = { 'signed in': 0, 'signed out': 0, unknown: 0 }
      for (const { state } of known) states[state]++
      return states
    },
    async go(more) {
      const before = { ...acknowledged }
      const gained = (): number[] =>
        Object.entries(acknowledged).map(([action, count]) => count - before[action as Action])
      while (gained().reduce((sum, count) => sum + count) < more || gained().some((count) => count < 3))
        await sleep(10)
    },
    async end() {
      isOver = true
      await Promise.all(crowd)
    },
    async judge(others) {
      for (const session of known) await look(others, session, wrong)
    },
  }
}

function actionOf(chance: number, isSignedIn: boolean, hasPast: boolean): Action {
  if (hasPast && chance < 0.1) return 'look back'
  if (!isSignedIn) return 'sign in'
  if (chance < 0.35) return 'read'
  if (chance < 0.6) return 'write'
  if (chance < 0.75) return 'count'
  return chance < 0.95 ? 'sign out' : 'end all'
}

/** Compares a session with what is known of it. */
async function look(sessions: Sessions, known: Known, wrong: string[]): Promise<void> {
  const { user, state, written, sent, counted } = known
  const claim = (isRight: boolean, otherwise: string): void => {
    if (!isRight && state === known.state) wrong.push(`${state}, ${user}: ${otherwise}`)
  }
  await browserOf(sessions, known).visit((session) => {
    const isThere = session.userId === user
    if (state === 'signed out') claim(!isThere, 'is signed in again')
    if (state !== 'signed in') return
    claim(isThere, 'is signed out')
    if (!isThere) return
    const [number, count] = [Number(session.get('number') ?? 0), Number(session.get('count') ?? 0)]
    claim(written <= number && number <= sent, `number is ${number}, acknowledged was ${written}`)
    claim(count >= counted, `count is ${count}, acknowledged was ${counted}`)
  })
}

function browserOf(sessions: Sessions, { token }: Known): Browser {
  const browser = new Browser(sessions)
  browser.token = token
  return browser
}
