/**
 * Sessions for Express 4 and 5, and for others with its middleware, such as connect.
 *
 * @module sojourn/express
 */

import type { PlainData } from './core/data.ts'
import type { SessionOptions } from './core/options.ts'
import type { Known } from './core/schema/data-types.ts'
import type { NodeRequest } from './core/server/node-channel.ts'
import type { GatedResponse } from './core/server/node-gate.ts'
import { nodeAccess, type NodeAccess } from './core/server/node-sessions.ts'
import { assertHeld, defineSession } from './core/server/request-property.ts'
import { beforeResponse } from './core/server/response-gate.ts'
import { createSessions as createManager } from './index.ts'

export * from './core/public.ts'

/** The sessions of an Express application. No function uses `this`, so every one may be destructured. */
export interface ExpressSessions<Data extends object = PlainData> extends NodeAccess<Data> {
  /**
   * Loads the session of each request that it sees into `request.session`. A visitor without a
   * session costs no store call; one with a session a single read. Put what needs no session,
   * such as `express.static`, before it; or leave it out, and call `getSession` where one is needed.
   *
   * If the store fails, the error handlers get an error with `status` 503. If `request.session` is
   * that of another middleware, or of another `createSessions`, they get `ERR_OPTION_INVALID`.
   */
  middleware(this: void, request: NodeRequest, response: GatedResponse, next: Next): void
}

type Next = (error?: unknown) => void

/**
 * Creates the sessions of an Express application. Without a store they live in an embedded
 * SQLite file.
 *
 * The response waits until the session's writes are stored, also those that no caller awaited. If
 * one of these fails, an error goes out in its place: 503 for a failing store, and no cookie.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): ExpressSessions<Known<Data, Input>> {
  const access = nodeAccess(createManager(options))

  async function load(request: NodeRequest, response: GatedResponse, next: Next): Promise<void> {
    try {
      defineSession(request, await access.getSession(request, response))
      beforeResponse(response, () => assertHeld(request))
    } catch (error) {
      return next(error)
    }
    next()
  }

  return {
    ...access,
    middleware: (request, response, next) => void load(request, response, next),
  }
}
