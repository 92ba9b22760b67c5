/**
 * Sessions for Node's own `http` and `http2` servers, and for frameworks that hand their request
 * and response on: micro, connect, polka.
 *
 * @module sojourn/node
 */

import type { PlainData } from './core/data.ts'
import type { SessionOptions } from './core/options.ts'
import type { Known } from './core/schema/data-types.ts'
import { nodeAccess, type NodeAccess } from './core/server/node-sessions.ts'
import { createSessions as createManager } from './index.ts'

export * from './core/public.ts'

/** The sessions of a Node server. No function uses `this`, so every one may be destructured. */
export interface NodeSessions<Data extends object = PlainData> extends NodeAccess<Data> {}

/**
 * Creates the sessions of a Node server. Without a store they live in an embedded SQLite file.
 *
 * The response waits until the session's writes are stored, also those that no caller awaited. If
 * one of these fails, an error goes out in its place: 503 for a failing store, and no cookie.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): NodeSessions<Known<Data, Input>> {
  return nodeAccess(createManager(options))
}
