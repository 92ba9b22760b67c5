/** @module Talking to Redis or Valkey through the package `@valkey/valkey-glide`. */

import { storeError } from '../../../core/errors.ts'
import type { Command, Executor, GlideClient, Wait } from '../client.ts'
import { wordsOf } from '../command-words.ts'
import { throwFirstError } from '../records/hash.ts'
import { listOf } from '../replies.ts'
import { closeOrCut } from './closing.ts'
import { untilSlotRests } from './moving-slot.ts'

/** How commands are gathered. The class is not reachable from a client. */
interface Batch {
  customCommand(args: string[]): unknown
}

interface Glide {
  Batch: new (isAtomic: boolean) => Batch
  ClusterBatch: new (isAtomic: boolean) => Batch
}

/** `Decoder.Bytes`. As text, one byte that is no UTF-8 would spoil all replies of the packet. */
const BYTES = 0

/**
 * Milliseconds for one packet. The client's own limit is a quarter of a second unless it was
 * told otherwise, and the sessions have one too.
 */
const LIMIT = 10_000

/** Wraps a `GlideClient` or a `GlideClusterClient`. */
export function glideExecutor(client: GlideClient): Executor {
  const isCluster = 'invokeScriptWithRoute' in client
  const onTheirWay = new Set<Promise<unknown>>()
  let makeBatch: Glide['Batch'] | null = null

  async function replicated(
    key: string,
    commands: readonly Command[],
    isTransaction: boolean,
    wait: Wait,
  ): Promise<unknown[]> {
    // It takes no packet that goes on after a transaction. So WAIT goes in one of its own, which
    // counts if it comes by the same connection to the same process.
    const replies = await (isTransaction ? transaction : pipeline)(key, [...commands, ...WHERE])
    const written = whereOf(replies.splice(-WHERE.length))
    const [acknowledged, ...where] = (await pipeline(key, [...WHERE, ['wait', ...wait]])).toReversed()
    return [...replies, whereOf(where.toReversed()) === written ? acknowledged : 0]
  }

  async function send(isAtomic: boolean, key: string, commands: readonly Command[]): Promise<unknown[]> {
    if (commands.length === 0) return []
    const batch = new makeBatch!(isAtomic)
    for (const command of commands) batch.customCommand(wordsOf(command))
    const route = isCluster && { route: { type: 'primarySlotKey', key } }
    const options = { decoder: BYTES, timeout: LIMIT, ...route }
    const answer = client.exec(batch as never, false, options as never)
    onTheirWay.add(answer)
    try {
      return listOf(await answer, 'EXEC').map(plain)
    } catch (error) {
      throw error instanceof Error && error.name === 'TimeoutError'
        ? storeError('ERR_STORE_TIMEOUT', 'redis', error)
        : error
    } finally {
      onTheirWay.delete(answer)
    }
  }

  function transaction(key: string, commands: readonly Command[]): Promise<unknown[]> {
    const once = (): Promise<unknown[]> => send(true, key, commands)
    return isCluster ? untilSlotRests(once) : once()
  }

  async function pipeline(key: string, commands: readonly Command[]): Promise<unknown[]> {
    const replies = await send(false, key, commands)
    throwFirstError(replies)
    return replies
  }

  return {
    // It connects by itself: when it is made, or with the first command.
    get isOpen() {
      return makeBatch !== null
    },
    async connect() {
      // Only applications that have made such a client get here, and no bundler may look for it in others.
      // oxlint-disable-next-line no-restricted-imports
      const module: Glide = await import(
        /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ '@valkey/valkey-glide'
      )
      makeBatch = isCluster ? module.ClusterBatch : module.Batch
    },
    readsTogether: !isCluster,
    read: (key, commands) => send(false, key, commands),
    pipeline,
    transaction,
    replicated,
    async close() {
      // Closing drops commands that were not answered.
      await closeOrCut(
        () => Promise.allSettled(onTheirWay),
        () => undefined,
      )
      client.close()
    },
  }
}

/** What tells one connection from all others. */
const WHERE: readonly Command[] = [
  ['client', 'id'],
  ['info', 'server'],
]

function whereOf([connection, info]: readonly unknown[]): string {
  return `${String(connection)} ${/run_id:\w+/.exec(String(info))?.[0]}`
}

/** Text for bytes, and flat lists for what the client takes for a map. */
function plain(reply: unknown): unknown {
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.length).toString()
  if (!Array.isArray(reply)) return reply
  return reply.flatMap((item: unknown) =>
    isEntry(item) ? [plain(item.key), plain(item.value)] : [plain(item)],
  )
}

function isEntry(item: unknown): item is { key: unknown; value: unknown } {
  return typeof item === 'object' && item !== null && 'key' in item && 'value' in item
}
