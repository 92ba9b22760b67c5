/**
 * Sessions for every server that turns a `Request` into a `Response`: Bun, Deno, Cloudflare
 * Workers, and frameworks on top of them.
 *
 * @module sojourn/fetch
 */

import type { PlainData } from './core/data.ts'
import { isSessionError } from './core/errors.ts'
import type { SessionOptions } from './core/options.ts'
import type { Known } from './core/schema/data-types.ts'
import { answerWith, waiter } from './core/server/fetch-response.ts'
import { HeldChannel } from './core/server/held-channel.ts'
import { management, signedIn, type Management, type SignedIn } from './core/server/management.ts'
import type { Session } from './core/session/session.ts'
import { createSessions as createManager } from './index.ts'

export * from './core/public.ts'

/** One request, as its handler sees it. */
export interface Visit<Data extends object = PlainData> {
  /**
   * The session of the request; loaded when the first asks, and the same for all. The response
   * waits for its writes, and carries its cookie.
   * @throws `ERR_STORE_*` (status 503) if the store fails
   */
  getSession(this: void): Promise<Session<Data>>
  /**
   * The session of a signed-in visitor.
   * @throws `ERR_UNAUTHENTICATED` (status 401) if the visitor is not signed in, and as `getSession`
   */
  requireSession(this: void): Promise<SignedIn<Data>>
}

/** The sessions of a fetch server. No function uses `this`, so every one may be destructured. */
export interface FetchSessions<Data extends object = PlainData> extends Management<Data> {
  /**
   * Makes a function `Request → Response` of one that also takes a visit. Further arguments
   * of the runtime come after it.
   *
   * The response waits until the session's writes are stored, also those that no caller awaited.
   * Errors of sessions that the handler does not catch become responses: 503 for a failing store, 401 for
   * `requireSession`, 403 for `assertSameOrigin`. Other errors pass through.
   */
  handler<Rest extends unknown[] = []>(
    this: void,
    handle: (request: Request, visit: Visit<Data>, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Request, ...rest: Rest) => Promise<Response>
}

/**
 * Creates the sessions of a fetch server. Without a store they live in an embedded SQLite file,
 * which needs Node.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): FetchSessions<Known<Data, Input>> {
  const sessions = createManager(options)
  return {
    ...management(sessions),
    handler: (handle) =>
      async function serve(request, ...rest) {
        const channel = new HeldChannel(request, rest.map(waiter).find(isFound))
        let opened: Promise<Session<Known<Data, Input>>> | null = null
        const getSession = (): Promise<Session<Known<Data, Input>>> => (opened ??= sessions.open(channel))
        const requireSession = async (): Promise<SignedIn<Known<Data, Input>>> => signedIn(await getSession())
        let response: Response | undefined
        try {
          response = await handle(request, { getSession, requireSession }, ...rest)
          await channel.settle()
          return opened === null ? response : answerWith(response, channel)
        } catch (error) {
          void response?.body?.cancel().catch(() => {})
          // A write may still be on its way. Its failure cannot be told any more.
          await channel.settle().catch(() => {})
          if (!isSessionError(error)) throw error
          return response === undefined ? answerWith(error.getResponse(), channel) : error.getResponse()
        } finally {
          channel.close()
        }
      },
  }
}

function isFound<T>(value: T | undefined): value is T {
  return value !== undefined
}
