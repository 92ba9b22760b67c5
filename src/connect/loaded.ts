/**
 * What a request was given when it loaded its session, so that saving it can tell what the
 * request has changed from what others have.
 *
 * @module
 */

import { isObject } from '../core/known-options.ts'

/** See the module. */
export interface Loaded {
  key: string
  fields: ReadonlyMap<string, string>
  /** When the record ends, in milliseconds of `performance.now()`. */
  endsAt: number
}

/** Rides on the cookie of a session, where JSON and loops do not find it. */
const RIDER = Symbol('sojourn.loaded')

const known = new WeakMap<object, Loaded>()

/** Remembers what this session object is in the store. */
export function remember(session: object, loaded: Loaded): void {
  known.set(session, loaded)
}

/** Remembers it for session objects that are made of this one, too. */
export function rememberForCopies(session: { cookie: object }, loaded: Loaded): void {
  remember(session, loaded)
  Object.assign(session.cookie, { [RIDER]: loaded })
}

/** What holds for the one holds for the other, which was made of it. */
export function inherit(made: object, original: object): void {
  const loaded = known.get(original)
  if (loaded !== undefined) remember(made, loaded)
}

/** What a session object was loaded as, if it is one of that key; else `null`: it is a new one. */
export function loadedAs(session: object, key: string): Loaded | null {
  const loaded = known.get(session) ?? ridden(session)
  return loaded?.key === key ? loaded : null
}

/**
 * Fastify copies each property into a session of its own, and spreads the cookie into the
 * options that it keeps under a symbol there.
 */
function ridden(session: object): Loaded | undefined {
  const holders: unknown[] = [(session as { cookie?: unknown }).cookie]
  for (const symbol of Object.getOwnPropertySymbols(session))
    holders.push((session as Record<symbol, unknown>)[symbol])
  for (const holder of holders) {
    if (isObject(holder) && RIDER in holder) return holder[RIDER] as Loaded
  }
  return undefined
}
