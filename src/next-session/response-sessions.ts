/**
 * The sessions of one response: one, or a new one after another was destroyed.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { isSessionError } from '../core/errors.ts'
import type { Alarm } from './alarm.ts'
import { holdResponse, type Settler } from './held-response.ts'
import type { LiveSession } from './live-session.ts'

const known = new WeakMap<object, ResponseSessions>()

/** The sessions that a response waits for. From the first call on, it waits. */
export function sessionsOf(response: ServerResponse, alarm: Alarm): ResponseSessions {
  let sessions = known.get(response)
  if (sessions === undefined) {
    sessions = new ResponseSessions(alarm)
    known.set(response, sessions)
    holdResponse(response, sessions)
  }
  return sessions
}

class ResponseSessions implements Settler {
  readonly #sessions: LiveSession[] = []
  readonly #alarm: Alarm

  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  add(session: LiveSession): void {
    this.#sessions.push(session)
  }

  isDue(): boolean {
    return this.#sessions.some((session) => session.isDue)
  }

  mayAnnounce(): boolean {
    return this.#sessions.some((session) => session.mayAnnounce)
  }

  async settle(isFinal: boolean): Promise<void> {
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

  announce(isAhead: boolean): void {
    for (const session of this.#sessions) session.announce(isAhead)
  }

  failed(error: unknown): void {
    this.#alarm.failed(error)
  }
}
