/**
 * Sessions for Fastify 5.
 *
 * @module sojourn/fastify
 */

import { NO_STORE } from './core/no-store.ts'
import type { PlainData } from './core/data.ts'
import { isSessionError } from './core/errors.ts'
import type { SessionOptions } from './core/options.ts'
import type { Known } from './core/schema/data-types.ts'
import { isOfContent } from './core/server/error-response.ts'
import { management, signedIn, type Management, type SignedIn } from './core/server/management.ts'
import type { NodeRequest } from './core/server/node-channel.ts'
import { commitNow, type GatedResponse } from './core/server/node-gate.ts'
import { nodeAccess } from './core/server/node-sessions.ts'
import { assertHeld, defineSession, heldSession } from './core/server/request-property.ts'
import { beforeResponse } from './core/server/response-gate.ts'
import { refuseReplacing } from './core/session/foreign-habits.ts'
import type { Session } from './core/session/session.ts'
import { createSessions as createManager } from './index.ts'

export * from './core/public.ts'

/** The part of a Fastify request that sessions need. */
export interface FastifyRequestLike {
  raw: NodeRequest
}

/** The part of a Fastify reply that sessions need. */
export interface FastifyReplyLike {
  raw: GatedResponse
  code(status: number): unknown
  getHeaders(): Record<string, unknown>
  removeHeader(name: string): unknown
  header(name: string, value: string): unknown
}

/** The part of a Fastify application that the plugin needs. */
export interface FastifyLike {
  decorateRequest(
    name: string,
    property: { getter: () => unknown; setter: (value: unknown) => void },
  ): unknown
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<void>,
  ): unknown
  addHook(
    name: 'onSend',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, payload: unknown) => Promise<unknown>,
  ): unknown
}

/** The sessions of a Fastify application. No function uses `this`, so every one may be destructured. */
export interface FastifySessions<Data extends object = PlainData> extends Management<Data> {
  /**
   * A plugin that loads the session of each request into `request.session`, for the routes of
   * the scope that it is registered in. A visitor without a session costs no store call; one with
   * a session a single read. Or leave it out, and call `getSession` where one is needed.
   *
   * If the store fails, the error handler gets an error with `statusCode` 503; also when no
   * caller awaited the write that fails.
   */
  plugin(this: void, app: FastifyLike, options: unknown, done: () => void): void
  /**
   * The session of a request; loaded when the first asks, and the same for all. The response
   * waits for its writes, and carries its cookie.
   * @throws `ERR_STORE_*` (status 503) if the store fails
   */
  getSession(this: void, request: FastifyRequestLike, reply: FastifyReplyLike): Promise<Session<Data>>
  /**
   * The session of a request by a signed-in visitor.
   * @throws `ERR_UNAUTHENTICATED` (status 401) if the visitor is not signed in, and as `getSession`
   */
  requireSession(this: void, request: FastifyRequestLike, reply: FastifyReplyLike): Promise<SignedIn<Data>>
}

/**
 * Creates the sessions of a Fastify application. Without a store they live in an embedded SQLite
 * file.
 *
 * The response waits until the session's writes are stored, also those that no caller awaited.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): FastifySessions<Known<Data, Input>> {
  const manager = createManager(options)
  const access = nodeAccess(manager)

  function getSession(
    request: FastifyRequestLike,
    reply: FastifyReplyLike,
  ): Promise<Session<Known<Data, Input>>> {
    return access.getSession(request.raw, reply.raw)
  }

  function plugin(app: FastifyLike, _options: unknown, done: () => void): void {
    app.decorateRequest('session', { getter: heldSession, setter: refuseReplacing })
    app.addHook('onRequest', async (request, reply) => {
      defineSession(request, await getSession(request, reply))
      beforeResponse(reply.raw, () => assertHeld(request))
    })
    app.addHook('onSend', commit)
    done()
  }

  // What fastify-plugin does: the hooks are for the scope that registers the plugin, not for one of its own.
  Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'sojourn',
    [Symbol.for('plugin-meta')]: { name: 'sojourn', fastify: '5.x' },
  })

  return {
    ...management(manager),
    plugin,
    getSession,
    requireSession: async (request, reply) => signedIn(await getSession(request, reply)),
  }
}

/** Before the response is sent, while the error handler can still make another one. */
async function commit(
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
  payload: unknown,
): Promise<unknown> {
  try {
    assertHeld(request)
    await commitNow(reply.raw)
    return payload
  } catch (error) {
    for (const name of Object.keys(reply.getHeaders()).filter(isOfContent)) reply.removeHeader(name)
    reply.header('cache-control', NO_STORE)
    // Fastify keeps a status that the route has set, such as that of a redirect.
    reply.code(isSessionError(error) ? error.status : 500)
    abandon(payload)
    throw error
  }
}

/** A stream that is not read would keep its file open. */
function abandon(payload: unknown): void {
  if (typeof payload !== 'object' || payload === null) return
  if (payload instanceof ReadableStream) void payload.cancel().catch(() => {})
  else if ('destroy' in payload && typeof payload.destroy === 'function') payload.destroy()
}
