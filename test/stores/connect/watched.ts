/** @module A store of express-session that notes what it is asked. */

import session, { type SessionData } from 'express-session'

/** What is called, and with what. */
export class Watched extends session.MemoryStore {
  calls: [verb: string, sid: string, session?: SessionData][] = []

  override get(sid: string, callback: (error: unknown, data?: SessionData | null) => void): void {
    this.calls.push(['get', sid])
    super.get(sid, callback)
  }

  override set(sid: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.calls.push(['set', sid, data])
    super.set(sid, data, callback)
  }

  override touch(sid: string, data: SessionData, callback?: () => void): void {
    this.calls.push(['touch', sid, data])
    super.touch(sid, data, callback)
  }
}
