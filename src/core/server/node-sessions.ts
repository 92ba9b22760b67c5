/**
 * Sessions over Node's request and response objects, for the adapters that own the response.
 *
 * @module
 */

import { management, signedIn, type Management, type SignedIn } from './management.ts'
import type { NodeRequest } from './node-channel.ts'
import { NodeHeldChannel, type GatedResponse } from './node-gate.ts'
import type { PlainData } from '../data.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'

/** The session of a request, and what else there is to manage. */
export interface NodeAccess<Data extends object = PlainData> extends Management<Data> {
  /**
   * The session of a request; loaded when the first asks, and the same for all. The response
   * waits for its writes, and carries its cookie.
   * @throws `ERR_STORE_*` (status 503) if the store fails
   */
  getSession(this: void, request: NodeRequest, response: GatedResponse): Promise<Session<Data>>
  /**
   * The session of a request by a signed-in user.
   * @throws `ERR_UNAUTHENTICATED` (status 401) if no user is signed in, and as `getSession`
   */
  requireSession(this: void, request: NodeRequest, response: GatedResponse): Promise<SignedIn<Data>>
}

/** Makes these functions of a manager. */
export function nodeAccess<Data extends object>(sessions: Sessions<Data>): NodeAccess<Data> {
  // On the request itself: a WeakMap of all requests costs the garbage collector more than all else here.
  const OPENED = Symbol('sojourn.session')

  function getSession(
    request: NodeRequest & { [OPENED]?: Promise<Session<Data>> },
    response: GatedResponse,
  ): Promise<Session<Data>> {
    let session = request[OPENED]
    if (session === undefined) {
      session = sessions.open(new NodeHeldChannel(request, response))
      request[OPENED] = session
    }
    return session
  }

  return {
    ...management(sessions),
    getSession,
    requireSession: async (request, response) => signedIn(await getSession(request, response)),
  }
}
