/**
 * A server of an application, reduced to what races are made of: requests whose steps come one
 * by one, on a store that takes its time. It runs in the test's process or in another one.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { isSessionError } from '../../src/core/errors.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { EndReason, Store } from '../../src/core/store.ts'
import { Browser, type Visit } from './browser.ts'
import { interfered } from './pausing-store.ts'
import { seeded } from './seeded.ts'

/** What a request does next. */
export type Step =
  | ['set', values: Record<string, unknown>]
  | ['increment', name: string]
  | ['login', user: string]
  | ['rotate']
  | ['logout']

/** Under which the store works for one request. */
export interface Conditions {
  /** Decides about all pauses. */
  seed: number
  /** The longest pause before and after each operation of the store, in milliseconds. */
  latency: number
  /** How old the session will be that this request creates, in milliseconds. Default 0. */
  age?: number
  maxSessionsPerUser?: number
  atLimit?: 'evict-oldest' | 'refuse'
}

/** A request that has read its session. */
interface Opened {
  /** What `run` knows it by. */
  handle: number
  id: string | null
  userId: string | null
  ended: EndReason | null
  data: Record<string, unknown>
}

/** How a step ended. */
export interface Outcome {
  /** The code of its error; `null` if it succeeded. */
  code: string | null
  /** The token that the browser holds if the response ends here; `''` for none. */
  token: string
}

/** One server. Errors that are not of sessions reject. */
export interface Racer {
  /** Begins a request; `''` is a browser without cookie. */
  open(token: string, how: Conditions): Promise<Opened>
  run(handle: number, step: Step): Promise<Outcome>
  /** A request of one step. */
  visit(token: string, step: Step, how: Conditions): Promise<Outcome>
  revoke(id: string, how: Conditions): Promise<boolean>
  revokeUser(user: string, how: Conditions): Promise<number>
  /** The ids that the list of a user names. */
  list(user: string, how: Conditions): Promise<string[]>
}

/** Names of all verbs, for whoever passes them on. */
export const VERBS: readonly (keyof Racer)[] = ['open', 'run', 'visit', 'revoke', 'revokeUser', 'list']

/** A server in this process. */
export function racerOn(store: Store): Racer {
  const requests = new Map<number, { browser: Browser; visit: Visit<Record<string, unknown>> }>()
  let lastHandle = 0

  function sessionsOf({ seed, latency, age = 0, ...options }: Conditions): Sessions {
    const late = hesitant(store, seeded(seed), latency)
    // The pauses are ours, so none may count as a failure of the store.
    const patient: SessionOptions = { ...options, timeout: '10m' }
    return new Sessions(patient, age === 0 ? late : { ...late, now: async () => (await late.now()) - age })
  }

  const racer: Racer = {
    async open(token, how) {
      const browser = new Browser(sessionsOf(how))
      browser.token = token
      const visit = await browser.open()
      const handle = ++lastHandle
      requests.set(handle, { browser, visit })
      const { id, userId, ended } = visit.session
      return { handle, id, userId, ended, data: visit.session.getAll() }
    },
    async run(handle, step) {
      const { browser, visit } = requests.get(handle)!
      const code = await perform(visit.session, step)
      visit.end()
      return { code, token: browser.token }
    },
    async visit(token, step, how) {
      const { handle } = await racer.open(token, how)
      return racer.run(handle, step).finally(() => requests.delete(handle))
    },
    revoke: (id, how) => sessionsOf(how).revoke(id),
    revokeUser: (user, how) => sessionsOf(how).revokeUser(user),
    list: async (user, how) => (await sessionsOf(how).list(user)).map(({ id }) => id),
  }
  return racer
}

async function perform(session: Session, step: Step): Promise<string | null> {
  try {
    if (step[0] === 'set') await session.set(step[1])
    else if (step[0] === 'increment') await session.increment(step[1])
    else if (step[0] === 'login') await session.login(step[1])
    else if (step[0] === 'rotate') await session.rotate()
    else await session.logout()
    return null
  } catch (error) {
    if (isSessionError(error) && !error.code.startsWith('ERR_STORE_')) return error.code
    throw error
  }
}

/** The same store, pausing up to `latency` milliseconds before and after each operation. */
function hesitant(store: Store, random: () => number, latency: number): Store {
  const hesitate = (): Promise<void> => hesitation(random, latency)
  return interfered(store, { before: hesitate, after: hesitate })
}

/** A random time up to `most` milliseconds; less than one is a turn of the event loop. */
export async function hesitation(random: () => number, most: number): Promise<void> {
  const time = random() * most
  if (time < 1) await new Promise((resolve) => setImmediate(resolve))
  else await sleep(time)
}
