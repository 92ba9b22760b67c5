/**
 * The sessions of one response: one, or a new one after another was destroyed.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { isSessionError } from '../core/errors.ts'
import type { GatedResponse, GatePort } from '../core/server/gate-port.ts'
import { holdResponse } from '../core/server/response-gate.ts'
import type { Alarm } from './alarm.ts'
import type { RequestSession } from './request-session.ts'

/** On the response itself: a WeakMap of all responses would cost the garbage collector a lot. */
const SESSIONS: unique symbol = Symbol('sojourn.sessions')

/** The sessions that a response waits for. From the first call on, it waits. */
export function sessionsOf(
  response: ServerResponse & { [SESSIONS]?: ResponseSessions },
  alarm: Alarm,
): ResponseSessions {
  let sessions = response[SESSIONS]
  if (sessions === undefined) {
    sessions = new ResponseSessions(alarm)
    response[SESSIONS] = sessions
    holdResponse(response as unknown as GatedResponse, sessions)
  }
  return sessions
}

class ResponseSessions implements GatePort {
  readonly #sessions: RequestSession[] = []
  readonly #alarm: Alarm

  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  add(session: RequestSession): void {
    this.#sessions.push(session)
  }

  isDue(hasSettled = false): boolean {
    return this.#sessions.some((session) => (hasSettled ? session.isBusy : session.isDue))
  }

  mayAnnounce(): boolean {
    return this.#sessions.some((session) => session.mayAnnounce)
  }

  async settle(isFinal: boolean): Promise<void> {
    // What is assigned right after the first write still gets its cookie.
    if (this.mayAnnounce() && !this.isDue()) await new Promise((resolve) => setImmediate(resolve))
    for (const session of this.#sessions) {
      try {
        await session.settle(isFinal)
      } catch (error) {
        if (!isSessionError(error, 'ERR_HEADERS_SENT')) throw error
        // The response is whole; only its cookie is missing, and nothing was stored under it.
        this.#alarm.failed(error)
      }
    }
    this.#alarm.succeeded()
  }

  announce(): void {
    for (const session of this.#sessions) session.announce()
  }

  close(): void {}

  failed(error: unknown): void {
    this.#alarm.failed(error)
  }
}
