/**
 * What every adapter offers beside the session of a request.
 *
 * @module
 */

import type { UserSession } from '../users/user-sessions.ts'
import { headersSent } from './held-channel.ts'
import { unauthenticated } from '../session-errors.ts'
import { assertRequest, readerOf, type CheckedRequest } from '../browser/same-origin.ts'
import type { PlainData } from '../data.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'

/** A session with a signed-in user. */
export type SignedIn<Data extends object = PlainData> = Session<Data> & { readonly userId: string }

/** The sessions of an application, apart from any response. No function uses `this`. */
export interface Management<Data extends object = PlainData> {
  /**
   * The session of a request, without its response: for WebSockets, and for work that goes on
   * after the response, such as saving what was streamed. Takes any request with headers. Writes
   * reach a session that exists; await them, since no response waits. What needs a cookie, such
   * as the first write of a visitor or `login`, throws `ERR_HEADERS_SENT`.
   * @throws `ERR_STORE_*` if the store fails
   */
  detached(this: void, request: Pick<CheckedRequest, 'headers'>): Promise<Session<Data>>
  /** Who is signed in as this user, oldest first. */
  list(this: void, userId: string): Promise<UserSession[]>
  /** Ends a signed-in session by its public id. Check that it belongs to the user who asks. */
  revoke(this: void, id: string): Promise<boolean>
  /** Ends all sessions of a user but `except`, a public id; answers how many. */
  revokeUser(this: void, userId: string, options?: { except?: string | null }): Promise<number>
  /**
   * Before a change: refuses a request that a page of another site may have sent.
   * Call it first. It answers at once, so that a forgotten `await` cannot disarm it.
   * @throws `ERR_CROSS_SITE` (status 403)
   */
  assertSameOrigin(this: void, request: CheckedRequest): void
  /** Releases what the store opened itself, when the server stops. */
  close(this: void): Promise<void>
}

/** Makes these functions of a manager. */
export function management<Data extends object>(sessions: Sessions<Data>): Management<Data> {
  return {
    async detached(request) {
      assertRequest(request, 'detached')
      return sessions.open({ header: readerOf(request.headers)('cookie'), send: refuse })
    },
    list: (userId) => sessions.list(userId),
    revoke: (id) => sessions.revoke(id),
    revokeUser: (userId, target) => sessions.revokeUser(userId, target),
    assertSameOrigin: (request) => sessions.assertSameOrigin(request),
    close: () => sessions.close(),
  }
}

/**
 * The same session, if a user is signed in.
 * @throws `ERR_UNAUTHENTICATED` (status 401)
 */
export function signedIn<Data extends object>(session: Session<Data>): SignedIn<Data> {
  if (session.userId === null) throw unauthenticated()
  return session as SignedIn<Data>
}

function refuse(): never {
  throw headersSent()
}
