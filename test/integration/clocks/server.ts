/**
 * An application server on a machine whose clock is wrong. Run as a program it is that server;
 * imported it is the parent's end.
 *
 * @module
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SessionOptions } from '../../../src/core/options.ts'
import type { Session } from '../../../src/core/session/session.ts'
import type { ClientKind } from '../../stores/redis/clients.ts'

/** What a request does. */
export type Act = 'read' | 'write' | 'touch' | 'rotate' | 'login' | 'logout' | 'list'

/** What a request saw, after it had done its work. Times are epoch milliseconds. */
export interface Seen {
  /** The token that the browser holds afterwards. */
  token: string
  userId: string | null
  ended: string | null
  createdAt: number | null
  expiresAt: number | null
  authenticatedAt: number | null
  /** Whether `requireFresh('10m')` passed. */
  isFresh: boolean
  /** How many sessions the user's list shows. */
  listed: number
  cookies: string[]
  /** The clock of the machine that the request ran on. */
  wall: number
}

/** The parent's end. */
export interface SkewedServer {
  visit(token: string, act: Act): Promise<Seen>
  /** Sets the clock of the machine, while everything runs. */
  setClock(skew: number): Promise<void>
  stop(): Promise<void>
}

/** What travels to the server. */
interface Order {
  skew: number
  token: string
  act: Act | 'nothing'
}

/** The options of every server, right or wrong. */
const lifetimes: SessionOptions = { idle: '20m', absolute: '1h' }

/** @param skew milliseconds by which its clock is wrong */
export async function startSkewedServer(kind: ClientKind, url: string, skew: number): Promise<SkewedServer> {
  const child = fork(fileURLToPath(import.meta.url), [kind, url, String(skew)])
  await once(child, 'message')
  let clock = skew
  async function order(token: string, act: Order['act']): Promise<Seen> {
    const answered = once(child, 'message')
    child.send({ skew: clock, token, act } satisfies Order)
    const [answer] = (await answered) as [Seen | { error: string }]
    if ('error' in answer) throw new Error(answer.error)
    return answer
  }
  return {
    visit: order,
    async setClock(to) {
      clock = to
      await order('', 'nothing')
    },
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const acts: Record<Order['act'], (session: Session) => unknown> = {
  nothing: () => undefined,
  list: () => undefined,
  read: (session) => session.getAll(),
  write: (session) => session.set('theme', 'dark'),
  touch: (session) => session.touch(),
  rotate: (session) => session.rotate(),
  login: (session) => session.login('ann'),
  logout: (session) => session.logout(),
}

/** Makes a server of this process. */
export async function serverHere(kind: ClientKind, url: string): Promise<SkewedServer['visit']> {
  const { Sessions } = await import('../../../src/core/sessions.ts')
  const { redisStore } = await import('../../../src/stores/redis.ts')
  const { clients } = await import('../../stores/redis/clients.ts')
  const { Browser } = await import('../../support/browser.ts')
  const sessions = new Sessions(
    lifetimes,
    redisStore(() => clients[kind](url)),
  )

  return async function visit(token, act) {
    const browser = new Browser(sessions)
    browser.token = token
    return browser.visit(async (session, { cookies, end }) => {
      await acts[act](session)
      end()
      const { userId, ended, createdAt, expiresAt, authenticatedAt } = session
      const listed = act === 'list' ? await sessions.list('ann') : []
      return {
        token: browser.token,
        userId,
        ended,
        createdAt,
        expiresAt,
        authenticatedAt,
        isFresh: isFresh(session),
        listed: listed.length,
        cookies: cookies(),
        wall: Date.now(),
      }
    })
  }
}

function isFresh(session: Session): boolean {
  try {
    session.requireFresh('10m')
    return true
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , kind, url = '', skew] = process.argv
  const { setClockWrong } = await import('./wrong-clock.ts')
  // Before anything is loaded that could look at the clock.
  setClockWrong(Number(skew))
  const visit = await serverHere(kind as ClientKind, url)
  process.on('message', ({ skew: by, token, act }: Order) => {
    setClockWrong(by)
    visit(token, act as Act).then(
      (seen) => process.send?.(seen),
      (error: unknown) => process.send?.({ error: String(error) }),
    )
  })
  process.send?.('ready')
}
