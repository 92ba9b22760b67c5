/**
 * A session in the store, as one request sees it: a whole session in a next-session store, or
 * single fields in a store of sojourn.
 *
 * @module
 */

import type { Cookie, SessionData, SessionRecord } from './types.ts'

/** Properties of a session that are not data. */
export const RESERVED: ReadonlySet<string> = new Set(['cookie', 'id', 'touch', 'commit', 'destroy'])

/** All sessions of a store. */
export interface Backend {
  /** Makes the id of a new session. */
  newId: () => string
  /** What is kept under an id; `null` if it is missing, expired or unreadable. */
  find(id: string): Promise<Found | null>
  /** A new session, not stored yet. */
  begin(id: string): StoredSession
}

/** A session that was found. */
export interface Found {
  data: SessionRecord
  cookie: Cookie
  stored: StoredSession
}

/** The data of a session beside what is stored. */
export interface Comparison {
  readonly isChanged: boolean
  /**
   * Stores the session.
   * @throws `ERR_VALUE_UNSUPPORTED`, and what the store throws
   */
  save(): Promise<void>
}

/** See the module. */
export interface StoredSession {
  /** Whether there is something under the id. */
  readonly isStored: boolean
  /** Whether a session that holds nothing any more may be removed: no other request writes into it. */
  readonly endsEmpty: boolean
  /** Whether the session's data differs from what is stored. */
  isChanged(session: SessionData): boolean
  /** Compares the session's data, as it is now, with what is stored. */
  compare(session: SessionData): Comparison
  /** Moves the deadline to that of the session's cookie. Answers false if the session is gone. */
  touch(session: SessionData): Promise<boolean>
  /** Removes the session. */
  destroy(): Promise<void>
}
