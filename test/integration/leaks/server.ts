/**
 * A server that hides nothing: it prints each error, event and trace as fully as it can. Run as
 * a program it serves http; imported it is the parent's end.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import nodeCrypto from 'node:crypto'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { format, inspect } from 'node:util'
import type { SessionEvent } from '../../../src/core/events.ts'
import type { SessionOptions } from '../../../src/core/options.ts'
import type { Session } from '../../../src/core/session/session.ts'
import type { Store } from '../../../src/core/store.ts'
import type { ClientKind } from '../../stores/redis/clients.ts'
import type { Places } from './search.ts'
import type { OnTrace } from './traces.ts'

/** What the server is to be. */
export interface Plan {
  /** Where sessions live: a Redis at a URL, or the path of an SQLite file. */
  store: { kind: ClientKind; url: string } | { file: string }
  options?: SessionOptions
}

/** The parent's end. */
export interface LoudServer {
  url: string
  /** Sessions' own errors and events, and what the application printed of them. */
  told: () => string
  /** What was published to diagnostics channels: channel and part of the message → text. */
  traced: () => Places
  /** Every token that was ever made, also for a response that was never sent. */
  tokens: () => string[]
  /** Standard error: with `DEBUG=*` and `NODE_DEBUG`, what packages and Node have to say. */
  debugged: () => string
  stop(): Promise<void>
}

/** Begins the lines of traces on standard output. */
const TRACE = 'trace\t'

/** Starts the server. */
export async function startLoudServer(plan: Plan): Promise<LoudServer> {
  const env = {
    ...process.env,
    DEBUG: '*',
    DEBUG_HIDE_DATE: '1',
    NODE_DEBUG: 'http,net,stream,tls,timer,fs',
    NODE_NO_WARNINGS: '1',
  }
  const file = fileURLToPath(import.meta.url)
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const
  const child = spawn(process.execPath, [file, JSON.stringify(plan)], { env, stdio: [...stdio] })
  const [out, err, tokens] = [1, 2, 3].map((fd) => heard(child.stdio[fd] as Readable)) as [Said, Said, Said]
  const lines = (isTrace: boolean): string[] =>
    out()
      .split('\n')
      .filter((line) => line.startsWith(TRACE) === isTrace)
  return {
    url: await address(child, () => out() + err().slice(-2000)),
    told: () => lines(false).join('\n'),
    traced: () => tracesOf(lines(true)),
    debugged: err,
    tokens: () => tokens().trim().split('\n'),
    async stop() {
      if (child.exitCode === null) {
        const closed = once(child, 'close')
        child.kill('SIGTERM')
        await closed
      }
    },
  }
}

/** What a stream has said so far. */
type Said = () => string

function heard(stream: Readable): Said {
  const chunks: string[] = []
  stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  return () => chunks.join('')
}

function tracesOf(lines: string[]): Places {
  const traces: Places = {}
  for (const [, channel, part, shown] of lines.map((line) => line.split('\t')))
    traces[`${channel} ${part}`] = `${traces[`${channel} ${part}`] ?? ''}\n${shown}`
  return traces
}

async function address(child: ChildProcess, said: Said): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', function look(): void {
      const port = /^listening on (\d+)$/m.exec(said())?.[1]
      if (port === undefined) return
      child.stdout?.off('data', look)
      resolve(`http://127.0.0.1:${port}`)
    })
    child.once('exit', () => reject(new Error(`the server ended:\n${said()}`)))
  })
}

/** What a request asks for, and the secret it brings. */
type Action = (session: Session, secret: string) => Promise<unknown>

const actions: Record<string, Action> = {
  read: async (session) => void session.getAll(),
  login: (session, secret) =>
    session.login(`user-${secret}`, { data: { card: secret }, device: `phone ${secret}` }),
  async write(session, secret) {
    await session.set({ card: secret, rich: new Map([[secret, new Date()]]) })
    await session.namespace('mail').set('draft', { to: [secret] })
    await session.flash('note', secret)
  },
  update: (session, secret) => session.update('card', (card) => `${String(card)} ${secret}`),
  append: (session, secret) => session.append('list', secret),
  take: (session) => session.take('list'),
  delete: (session) => session.delete('rich'),
  increment: (session) => session.increment('n'),
  rotate: (session) => session.rotate(),
  renew: (session) => session.rotate({ grace: '30s' }),
  touch: (session) => session.touch(),
  logout: (session) => session.logout(),
  function: (session, secret) => session.set('card', () => secret),
  'too-large': (session, secret) => session.set('card', secret.repeat(4000)),
  'not-integer': (session) => session.increment('card'),
  'not-list': (session, secret) => session.append('card', secret),
  'no-user': (session, secret) => session.login('', { data: { card: secret } }),
  fresh: async (session) => session.requireFresh('1h'),
}

/** As much of an error as any log could hold. */
function show(error: unknown): string {
  const parts: unknown[] = [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    String(error),
  ]
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const properties = Object.getOwnPropertyDescriptors(cause)
    parts.push(cause.stack, cause.message, format('%s %o %O %j', cause, cause, cause, cause))
    parts.push(inspect(properties, { depth: 9, showHidden: true }))
  }
  return parts.join('\n')
}

/** A token is hashed before the store is asked, and nothing else of its form is. Before the sessions are loaded. */
function recordTokens(): void {
  const seen = new Set<string>()
  const { hash } = nodeCrypto
  nodeCrypto.hash = ((...args: Parameters<typeof hash>) => {
    const [, data] = args
    if (typeof data === 'string' && /^[\w-]{42}[AE]$/.test(data) && !seen.has(data)) {
      seen.add(data)
      writeSync(3, `${data}\n`)
    }
    return hash(...args)
  }) as typeof hash
}

async function serve({ store: source, options }: Plan): Promise<void> {
  const tell = (...words: unknown[]): boolean =>
    process.stdout.write(`${words.join(' ').replaceAll('\n', '\n  ')}\n`)
  const onTrace: OnTrace = (...words) =>
    tell(TRACE + words.map((word) => word.replaceAll(/\s+/g, ' ')).join('\t'))
  // All that may publish traces is loaded after this.
  const { recordTraces } = await import('./traces.ts')
  recordTraces(onTrace)
  recordTokens()
  const { createServer } = await import('node:http')
  const { createSessions } = await import('../../../src/index.ts')
  const { nodeChannel } = await import('../../../src/core/server/node-channel.ts')
  const store = await storeOf(source)
  // As logs do. What the driver threw is not enumerable: whoever wants it there asks for it.
  const onEvent = (event: SessionEvent): void =>
    void tell('event', inspect(event, { depth: 9 }), format('%o', { ...event }), JSON.stringify(event))
  const patient = createSessions({ ...options, store, onEvent, timeout: '1m' })
  const hasty = createSessions({ ...options, store, onEvent, timeout: '200ms' })
  process.on('warning', (warning) => tell('warning', show(warning)))
  process.on('unhandledRejection', (error) => tell('unhandled', show(error)))
  process.once('SIGTERM', () => process.exit())

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const told: Record<string, unknown> = {}
    try {
      const sessions = searchParams.has('hasty') ? hasty : patient
      const session = await sessions.open(nodeChannel(request, response))
      told['user'] = session.userId !== null
      if (pathname === '/devices') told['devices'] = await sessions.list(session.userId ?? '')
      else await actions[pathname.slice(1)]!(session, searchParams.get('secret') ?? '')
      told['id'] = session.id
      told['csrf'] = session.csrfToken()
      told['shown'] = [session, inspect(session, { depth: 9, showHidden: true })]
    } catch (error) {
      told['code'] = (error as { code?: unknown }).code
      told['error'] = show(error)
      tell('error', pathname, told['error'])
    }
    // The device is for the page that lists devices: the one value that an answer may show.
    response.end(JSON.stringify(told, (name, value: unknown) => (name === 'device' ? '' : value)))
  }

  const server = createServer((request, response) => void answer(request, response))
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1', () => {
    const bound = server.address()
    tell(`listening on ${bound !== null && typeof bound === 'object' ? bound.port : ''}`)
  })
}

async function storeOf(source: Plan['store']): Promise<Store> {
  if ('file' in source) {
    const { sqliteStore } = await import('../../../src/stores/sqlite.ts')
    return sqliteStore({ file: source.file })
  }
  const { redisStore } = await import('../../../src/stores/redis.ts')
  const { clients } = await import('../../stores/redis/clients.ts')
  return redisStore(() => clients[source.kind](source.url))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await serve(JSON.parse(process.argv[2] ?? '') as Plan)
}
