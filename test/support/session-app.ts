/**
 * A server whose every request gets a session of `nextSession`, for one test.
 *
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type nextSession from '../../src/next-session.ts'
import type { GetSession, Options } from '../../src/next-session.ts'
import type { Session } from '../../src/next-session/types.ts'
import { serve, type Answer, type Handler, type Site } from './http-visit.ts'
import { NotingStore } from './next-sessions.ts'

/** Answers a request that has a session. */
export type SessionHandler = (
  session: Session,
  req: IncomingMessage,
  res: ServerResponse,
  getSession: GetSession,
) => unknown

/** Serves until the test ends. */
export async function serveHere(handler: Handler | Server): Promise<Site> {
  const site = await serve(handler)
  onTestFinished(() => site.close())
  return site
}

/** Serves requests with their sessions until the test ends. */
export function sessionApp(
  make: typeof nextSession,
  options: Options,
  handler: SessionHandler,
): Promise<Site> {
  const getSession = make(options)
  return serveHere(async (req, res) => {
    await handler(await getSession(req, res), req, res, getSession)
  })
}

/** The answer to one request. */
export async function visitOnce(
  make: typeof nextSession,
  options: Options,
  handler: SessionHandler,
  cookie = '',
): Promise<Answer> {
  return (await sessionApp(make, options, handler)).visit(cookie)
}

/** A store that holds one session, `foo`. */
export function storeWith(data: object, cookie: object = {}): NotingStore {
  const store = new NotingStore()
  const attributes = { httpOnly: true, path: '/', secure: false }
  store.kept.set('foo', JSON.stringify({ ...data, cookie: { ...attributes, ...cookie } }))
  return store
}
