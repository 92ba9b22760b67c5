/**
 * The REST interface of Upstash in front of a Redis of one's own, for tests: what talks to
 * Upstash or Vercel KV can be tried without either, and with everything that may go wrong.
 *
 * @module
 */

import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Answer, deliver, json, refuse, reply, type UpstashFault } from './faults.ts'
import { type Demand, demandOf, errorJson, outcomeJson, type UpstashCommand } from './json.ts'
import { LaggingReplica } from './replica.ts'
import { RedisError, type Reply, RespConnection } from './resp.ts'

/** Options of `startUpstash`. */
export interface UpstashOptions {
  /** A Redis 7 or later: `redis://[user:password@]host[:port][/database]`. */
  redis: string
  /** The token that requests must carry. Default: a random one. */
  token?: string
  /** Default: a free port. */
  port?: number
}

/** A request as it arrived. */
export interface UpstashRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Empty if the request could not be understood. */
  readonly commands: readonly UpstashCommand[]
  /** What went wrong with it, on purpose. */
  readonly fault: UpstashFault | undefined
}

/** Which requests fail, and how many. */
export interface FailOptions {
  /** How many of them. Default: 1. */
  times?: number
  /** Which. Default: all. */
  when?: (request: Omit<UpstashRequest, 'fault'>) => boolean
}

/** A server that runs. */
export interface UpstashServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly token: string
  /** All requests since the start, also those that failed. */
  readonly requests: readonly UpstashRequest[]
  /** Lets the next requests fail. What was asked for first happens first. */
  fail(fault: UpstashFault, options?: FailOptions): void
  /** Forgets the failures that have not happened yet. */
  heal(): void
  /**
   * Lets the replica lag: reads see no write from now on, unless they carry the sync token of
   * an answer that does.
   */
  lag(): void
  /** Lets the replica learn of all writes at once. */
  catchUp(): Promise<void>
  /** Ends the server and its connections. Redis goes on, with what was stored there. */
  close(): Promise<void>
}

/** They would change the one connection to Redis for all other requests, or block it. */
const REFUSED =
  /^(multi|exec|discard|watch|unwatch|[ps]?(un)?subscribe|monitor|auth|hello|select|quit|reset|client|b[lrz].+|wait.*)$/i

/**
 * Starts the REST interface of Upstash on 127.0.0.1: `/`, `/pipeline`, `/multi-exec` and
 * commands as paths, answers in base64 where asked for, sync tokens. It has no
 * subscriptions and no commands that wait.
 *
 * ```ts
 * import { startUpstash } from 'sojourn/testing'
 *
 * const upstash = await startUpstash({ redis: 'redis://127.0.0.1:6379' })
 * // … new Redis({ url: upstash.url, token: upstash.token })
 * upstash.fail('drop-after')
 * await upstash.close()
 * ```
 */
export async function startUpstash(options: UpstashOptions): Promise<UpstashServer> {
  const token = options.token ?? crypto.randomUUID()
  const redis = new RespConnection(options.redis)
  const replica = new LaggingReplica(redis)
  const requests: UpstashRequest[] = []
  const faults: { fault: UpstashFault; left: number; when: NonNullable<FailOptions['when']> }[] = []

  function faultOf(request: Omit<UpstashRequest, 'fault'>): UpstashFault | undefined {
    const found = faults.find(({ left, when }) => left > 0 && when(request))
    if (found) found.left--
    return found?.fault
  }

  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const demand = demandOf(url, await bodyOf(request))
      const seen = { path: url.pathname, headers: request.headers, commands: demand?.commands ?? [] }
      const fault = faultOf(seen)
      requests.push({ ...seen, fault })
      if (refuse(fault, request, response)) return
      const isKnown = (url.searchParams.get('_token') ?? bearerOf(request)) === token
      if (!isKnown) return reply(response, json(401, errorJson('WRONGPASS invalid or missing auth token')))
      if (!demand) return reply(response, json(400, errorJson('ERR failed to parse command')))
      await deliver(fault, await answerTo(demand, request, replica), request, response)
    })().catch(() => reply(response, json(500, errorJson('ERR the database is not available'))))
  })
  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    token,
    requests,
    fail: (fault, { times = 1, when = () => true } = {}) => void faults.push({ fault, left: times, when }),
    heal: () => void faults.splice(0),
    lag: () => replica.lag(),
    catchUp: () => replica.catchUp(),
    async close() {
      await replica.catchUp().catch(() => undefined)
      redis.close()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

async function answerTo(demand: Demand, request: IncomingMessage, replica: LaggingReplica): Promise<Answer> {
  const isBase64 = request.headers['upstash-encoding'] === 'base64'
  const refused = demand.commands.find(([name = '']) => REFUSED.test(name))
  if (refused) return json(400, errorJson(`ERR Command is not available: '${refused[0]}'`))
  const sent = String(request.headers['upstash-sync-token'] ?? '')
  const { replies, syncToken } = await replica.run(demand.commands, demand.kind === 'multi-exec', sent)
  if (replies instanceof RedisError) return json(400, errorJson(replies.message))
  const headers = { 'upstash-sync-token': syncToken }
  const outcomes = replies.map((one) => outcomeJson(one, isBase64))
  if (demand.kind !== 'single') return json(200, `[${outcomes.join()}]`, headers)
  return json(isError(replies[0]) ? 400 : 200, outcomes[0] ?? '', headers)
}

function isError(found: Reply | undefined): boolean {
  return found instanceof RedisError
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  return process.getBuiltinModule('node:buffer').Buffer.concat(chunks).toString('utf8')
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
