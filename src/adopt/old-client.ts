/**
 * The Redis client under an old store, connected when it is first needed, as that of `redisStore`.
 *
 * @module
 */

import type { MaybePromise } from '../core/store.ts'

/** A client whose keys hold sessions as JSON: node-redis, ioredis, `@upstash/redis`. */
export interface KeyValueClient {
  get(key: string): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** A client, or a function that makes one when it is first needed. */
export type KeyValueClientSource = KeyValueClient | (() => MaybePromise<KeyValueClient>)

/** What node-redis has besides. */
interface Connectable extends KeyValueClient {
  isOpen?: boolean
  connect?(): Promise<unknown>
  listenerCount?(event: 'error'): number
  on?(event: 'error', listener: () => void): unknown
}

/** Gives the connected client. A failed attempt is repeated by the next call. */
export function connected(source: KeyValueClientSource): () => Promise<KeyValueClient> {
  let client: KeyValueClient | null = typeof source === 'function' ? null : source
  let opening: Promise<KeyValueClient> | null = null

  async function open(): Promise<KeyValueClient> {
    client ??= typeof source === 'function' ? await source() : source
    await connect(client)
    return client
  }

  return () => {
    opening ??= open().finally(() => (opening = null))
    return opening
  }
}

async function connect(client: Connectable): Promise<void> {
  if (client.isOpen !== false) return
  // Without a listener a lost server would end the process.
  if (client.listenerCount?.('error') === 0) client.on?.('error', () => {})
  await client.connect?.()
}
