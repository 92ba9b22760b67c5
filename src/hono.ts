/**
 * Sessions for Hono 4, on every runtime that it serves.
 *
 * @module sojourn/hono
 */

import type { PlainData } from './core/data.ts'
import { invalidOption } from './core/errors.ts'
import type { SessionOptions } from './core/options.ts'
import type { Known } from './core/schema/data-types.ts'
import { isOfContent } from './core/server/error-response.ts'
import { answerWith, waiter } from './core/server/fetch-response.ts'
import { HeldChannel } from './core/server/held-channel.ts'
import { management, signedIn, type Management, type SignedIn } from './core/server/management.ts'
import { refuseReplacing } from './core/session/foreign-habits.ts'
import { isSessionHandle } from './core/session/handle.ts'
import type { Session } from './core/session/session.ts'
import { createSessions as createManager } from './index.ts'

export * from './core/public.ts'

/** The variables that the middleware sets: `new Hono<{ Variables: SessionVariables<Data> }>()`. */
export interface SessionVariables<Data extends object = PlainData> {
  session: Session<Data>
}

/** The part of Hono's context that sessions need. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
  res: Response
  get(key: 'session'): unknown
  set(key: 'session', value: unknown): void
  header(name: string, value: undefined): void
}

/** The sessions of a Hono application. No function uses `this`, so every one may be destructured. */
export interface HonoSessions<Data extends object = PlainData> extends Management<Data> {
  /**
   * Loads the session of each request that it sees, for `c.get('session')` or `getSession(c)`. A
   * visitor without a session costs no store call; one with a session a single read. Name a path,
   * `app.use('/account/*', middleware)`, to leave the others alone.
   *
   * The response waits until the session's writes are stored, also those that no caller awaited. If
   * the store fails, `app.onError` gets the error; without one, 503 goes out.
   * @throws `ERR_OPTION_INVALID` at the first request of an older Hono
   */
  middleware(this: void, context: HonoContext, next: () => Promise<void>): Promise<void>
  /**
   * The session that the middleware has loaded.
   * @throws `ERR_OPTION_INVALID` where the middleware does not run
   */
  getSession(this: void, context: HonoContext): Promise<Session<Data>>
  /**
   * The session of a signed-in visitor.
   * @throws `ERR_UNAUTHENTICATED` (status 401) if the visitor is not signed in, and as `getSession`
   */
  requireSession(this: void, context: HonoContext): Promise<SignedIn<Data>>
}

/**
 * Creates the sessions of a Hono application. Without a store they live in an embedded SQLite
 * file, which needs Node.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): HonoSessions<Known<Data, Input>> {
  const sessions = createManager(options)
  const opened = new WeakMap<HonoContext, Session<Known<Data, Input>>>()

  async function middleware(context: HonoContext, next: () => Promise<void>): Promise<void> {
    if (opened.has(context)) return next()
    // Only Hono 3 has it. There an error of ours would go out as a plain 500.
    if ('jsonT' in context) throw invalidOption('sojourn/hono needs Hono 4 or later. This is Hono 3.')
    const channel = new HeldChannel(context.req.raw, waiter(executionOf(context)))
    const session = await sessions.open(channel)
    opened.set(context, session)
    context.set('session', session)
    try {
      await next()
      // Set to null, for example, to sign out.
      if (!isSessionHandle(context.get('session'))) refuseReplacing(context.get('session'))
      await channel.settle()
      replace(context, answerWith(context.res, channel))
    } catch (error) {
      abandon(context)
      throw error
    } finally {
      channel.close()
    }
  }

  async function getSession(context: HonoContext): Promise<Session<Known<Data, Input>>> {
    const session = opened.get(context)
    if (session !== undefined) return session
    throw invalidOption(
      'getSession: the middleware does not run for this path. Add app.use(middleware) before the route.',
    )
  }

  return {
    ...management(sessions),
    middleware,
    getSession,
    requireSession: async (context) => signedIn(await getSession(context)),
  }
}

/** Hono adds the headers of the old response to a new one, unless there is none. */
function replace(context: HonoContext, response: Response): void {
  if (response === context.res) return
  Object.assign(context, { res: undefined })
  context.res = response
}

/** Forgets the response, and what was prepared for it: `app.onError` makes another one. */
function abandon(context: HonoContext): void {
  const { body, headers } = context.res
  void body?.cancel().catch(() => {})
  Object.assign(context, { res: undefined, finalized: false })
  for (const name of [...headers.keys()].filter(isOfContent)) context.header(name, undefined)
}

/** Hono throws where the runtime has no such thing. */
function executionOf(context: HonoContext): unknown {
  try {
    return (context as { executionCtx?: unknown }).executionCtx
  } catch {
    return undefined
  }
}
