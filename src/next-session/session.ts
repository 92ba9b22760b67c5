/**
 * `nextSession(options)`, which gives the function `getSession(req, res)`.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie } from 'cookie'
import { createEmitter } from '../core/events.ts'
import { milliseconds } from '../core/record/duration.ts'
import type { Store } from '../core/store.ts'
import { warn } from '../core/warn.ts'
import { Alarm } from './alarm.ts'
import { fieldStore } from './field-store.ts'
import MemoryStore from './memory-store.ts'
import { checkOptions } from './options.ts'
import { RequestSession, sayItVaries, type Exchange } from './request-session.ts'
import { sessionsOf } from './response-sessions.ts'
import { newCookie } from './stored-cookie.ts'
import type { Backend } from './stored-session.ts'
import type { Options, Session, SessionRecord, SessionStore } from './types.ts'
import { wholeSessionStore } from './whole-session-store.ts'

/** Gives the session of a request, the same one each time, and puts it on `req.session`. */
export type GetSession<T extends SessionRecord = SessionRecord> = (
  req: IncomingMessage & { session?: Session<T> | undefined },
  res: ServerResponse,
) => Promise<Session<T>>

/** On a request: its session on the way, so that callers at the same time get the same one. */
const OPENING: unique symbol = Symbol('sojourn.opening')

/**
 * Makes a `getSession`.
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type, or makes a cookie that no browser keeps
 */
export default function nextSession<T extends SessionRecord = SessionRecord>(
  options: Options = {},
): GetSession<T> {
  checkOptions(options)
  const { encode, decode, touchAfter = -1, autoCommit = true, cookie: defaults = {} } = options
  const { name = 'sid' } = options
  const backend = backendOf(options)
  const newId = options.genid || backend.newId
  const alarm = new Alarm(options.onEvent !== undefined)
  let isWarningDue = !options.store

  async function open(exchange: Exchange): Promise<Session> {
    if (isWarningDue) {
      isWarningDue = false
      warnOfMemory()
    }
    const { now } = exchange
    const sent = sentId(exchange.request, name, decode)
    const found = sent === null ? null : await backend.find(sent)
    const id = found === null || sent === null ? newId() : sent
    const cookie = found?.cookie ?? newCookie(defaults, now)
    const live = new RequestSession(
      exchange,
      id,
      found?.data ?? {},
      cookie,
      found?.stored ?? backend.begin(id),
    )
    if (found !== null && touchAfter >= 0 && cookie.expires !== undefined) {
      const touchedAt = cookie.expires.getTime() - cookie.maxAge * 1000
      if (now - touchedAt >= touchAfter * 1000) live.session.touch()
    }
    exchange.request.session = live.session
    sayItVaries(exchange.response)
    if (autoCommit) sessionsOf(exchange.response, alarm).add(live)
    return live.session
  }

  async function getSession(
    request: Exchange['request'] & { [OPENING]?: Promise<Session> | undefined },
    response: ServerResponse,
  ): Promise<Session> {
    if (request.session) return request.session
    if (request[OPENING] !== undefined) return request[OPENING]
    request[OPENING] = open({ request, response, name, encode, autoCommit, alarm, now: Date.now() })
    try {
      return await request[OPENING]
    } finally {
      request[OPENING] = undefined
    }
  }

  return getSession as GetSession<T>
}

function backendOf(options: Options): Backend {
  const timeout = milliseconds(options.timeout ?? '2s', 'timeout')
  const emit = createEmitter(options.onEvent)
  const store = options.store || new MemoryStore()
  return isOurs(store)
    ? fieldStore(store, timeout, emit, options.cookie ?? {})
    : wholeSessionStore(store, timeout, emit)
}

function isOurs(store: SessionStore | Store): store is Store {
  return 'create' in store && 'load' in store && 'update' in store
}

/** The id that the request brings, if it may be one. */
function sentId(request: IncomingMessage, name: string, decode: Options['decode']): string | null {
  const header: string | undefined = request.headers?.cookie
  if (!header) return null
  const value = parseCookie(header, { decode: decodeCookie })[name]
  const id = value && decode ? decode(value) : value
  return id && !LEAVES_FOLDER.test(id) ? id : null
}

/** Stores that keep files make a path of the id. */
// oxlint-disable-next-line no-control-regex -- a path ends there
const LEAVES_FOLDER = /(^|[/\\])\.\.([/\\]|$)|\0/

function decodeCookie(value: string): string {
  const text = value.startsWith('"') ? value.slice(1, -1) : value
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function warnOfMemory(): void {
  if (process.env['NODE_ENV'] !== 'production') return
  warn(
    "nextSession: without a store, sessions live in the memory of one process and end with it. Set one that lasts: `store: sqliteStore()` from 'sojourn/stores/sqlite' needs no server.",
  )
}
