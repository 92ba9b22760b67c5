/**
 * Asking the Redis server what the store never asks: every server, if there are several.
 *
 * @module
 */

import type { Executor, Methods } from '../../stores/redis/client.ts'
import type { ClientExecutor } from '../../stores/redis/clients/recognise.ts'
import type { RedisBackend } from '../../stores/redis/store.ts'
import type { Limited } from '../limited.ts'

/** Sends one command to one server, outside of any transaction. */
export type Ask = (name: string, ...args: readonly string[]) => Promise<unknown>

/** The servers that hold sessions. */
export interface RedisNodes {
  /** Whether the client finds its way in a cluster. */
  isCluster: boolean
  /** One for each master. Not empty. */
  asks: readonly Ask[]
  /** Sends a transaction that changes nothing, in the way of the store. */
  transact(key: string): Promise<unknown>
}

type Raw = (args: readonly string[]) => unknown

/** Default types of replies, also where the application asks for others. */
const PLAIN = { typeMapping: {} }
/** `Decoder.String` of glide. */
const TEXT = 1

/** Connects, if need be, and finds the servers. Rejects if none can be reached. */
export async function nodesOf(backend: RedisBackend, limited: Limited): Promise<RedisNodes> {
  const executor = await limited(() => backend.link.connection.open())
  const { isCluster, raws } = await explained(executor, () => limited(() => rawNodes(executor)))
  return {
    isCluster,
    asks: raws.map(
      (raw): Ask =>
        (...command) =>
          limited(() => raw(command)),
    ),
    transact: (key) => limited(() => executor.transaction(key, [['pttl', key]])),
  }
}

/** A client that goes on trying tells why by events alone. That becomes the cause of the error. */
async function explained<T>(executor: Executor, work: () => Promise<T>): Promise<T> {
  let emitted: unknown
  const stop = executor.onErrors?.((error) => (emitted = error))
  try {
    return await work()
  } catch (error) {
    throw emitted === undefined ? error : new Error('', { cause: emitted })
  } finally {
    stop?.()
  }
}

async function rawNodes(executor: Executor | ClientExecutor): Promise<{ isCluster: boolean; raws: Raw[] }> {
  // Over HTTP there is no client, and no more than one server to be seen.
  if (!('client' in executor)) return { isCluster: false, raws: [overHttp(executor)] }
  const client = executor.client as unknown as Methods
  if ('defineCommand' in client) return ioredisNodes(client)
  if ('customCommand' in client) return glideNodes(client)
  return nodeRedisNodes(client)
}

function overHttp(executor: Executor): Raw {
  return async ([name = '', ...args]) => (await executor.pipeline('', [[name, ...args]]))[0]
}

async function ioredisNodes(client: Methods): Promise<{ isCluster: boolean; raws: Raw[] }> {
  if (!('isCluster' in client) || !client['isCluster']) return { isCluster: false, raws: [called(client)] }
  // It knows its nodes once it has asked one of them.
  await client['call']!('TIME')
  const masters = client['nodes']!('master') as Methods[]
  return { isCluster: true, raws: masters.map(called) }
}

function called(client: Methods): Raw {
  return (args) => client['call']!(...args)
}

async function nodeRedisNodes(client: Methods): Promise<{ isCluster: boolean; raws: Raw[] }> {
  if (!('masters' in client)) return { isCluster: false, raws: [sent(client)] }
  const masters = client['masters'] as unknown as object[]
  const found = await Promise.all(masters.map((master) => client['nodeClient']!(master) as Promise<Methods>))
  return { isCluster: true, raws: found.map(sent) }
}

/** That of sentinels takes first whether a replica will do. */
function sent(client: Methods): Raw {
  const first = 'getSentinelNode' in client ? [false] : []
  return (args) => client['sendCommand']!(...first, args, PLAIN)
}

async function glideNodes(client: Methods): Promise<{ isCluster: boolean; raws: Raw[] }> {
  const command = (args: readonly string[], route?: unknown): unknown =>
    client['customCommand']!(args, { decoder: TEXT, ...(route !== undefined && { route }) })
  if (!('invokeScriptWithRoute' in client)) return { isCluster: false, raws: [(args) => command(args)] }
  const times = pairsOf(await command(['TIME'], 'allPrimaries'))
  const raws = times.map(
    ([host]): Raw =>
      (args) =>
        command(args, { type: 'routeByAddress', host }),
  )
  return { isCluster: true, raws }
}

/** Name and value by turns, pairs, a map or an object, as client and protocol will have it. */
export function pairsOf(reply: unknown): [name: string, value: unknown][] {
  if (reply instanceof Map) return [...reply].map(([name, value]) => [String(name), value])
  if (!Array.isArray(reply)) return Object.entries((reply ?? {}) as object)
  if (typeof reply[0] === 'object')
    return (reply as { key: unknown; value: unknown }[]).map(({ key, value }) => [String(key), value])
  const pairs: [string, unknown][] = []
  for (let i = 0; i < reply.length; i += 2) pairs.push([String(reply[i]), reply[i + 1]])
  return pairs
}
