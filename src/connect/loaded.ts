/**
 * What a request was given when it loaded its session, so that saving it can tell what the
 * request has changed from what others have.
 *
 * @module
 */

import { isObject } from '../core/check-options.ts'

/** See the module. */
export interface Loaded {
  key: string
  fields: ReadonlyMap<string, string>
  /** When the record ends, in milliseconds of `performance.now()`. */
  endsAt: number
}

/** On the cookie that a store answers, a reference to what was loaded. JSON, loops and structured clones do not find it. */
const REFERENCE = Symbol('sojourn.loaded')

/** Of sessions, their cookies and references. It is here alone, so that printing one of them does not print this. */
const known = new WeakMap<object, Loaded>()

/** Remembers what a session object is in the store. */
export function remember(session: object, loaded: Loaded): void {
  known.set(session, loaded)
}

/** Remembers it for session objects that are made of this one, too. */
export function rememberForCopies(session: { cookie: object }, loaded: Loaded): void {
  const reference = Object.freeze({})
  known.set(session, loaded).set(reference, loaded)
  Object.assign(session.cookie, { [REFERENCE]: reference })
}

/** What holds for the one holds for the others, which were made of it. */
export function inherit(made: readonly object[], original: object): void {
  const loaded = known.get(original)
  if (loaded !== undefined) for (const each of made) known.set(each, loaded)
}

/** What a session object was loaded as, if it is one of that key; else `null`: it is a new one. */
export function loadedAs(session: object, key: string): Loaded | null {
  const { cookie } = session as { cookie?: unknown }
  const loaded = known.get(session) ?? knownOf(cookie) ?? referredTo(session)
  return loaded?.key === key ? loaded : null
}

/**
 * Fastify copies each property into a session of its own, and spreads the cookie into the
 * options that it keeps under a symbol there.
 */
function referredTo(session: object): Loaded | undefined {
  const holders: unknown[] = [(session as { cookie?: unknown }).cookie]
  for (const symbol of Object.getOwnPropertySymbols(session))
    holders.push((session as Record<symbol, unknown>)[symbol])
  for (const holder of holders) {
    const loaded = isObject(holder) ? knownOf((holder as Record<symbol, unknown>)[REFERENCE]) : undefined
    if (loaded !== undefined) return loaded
  }
  return undefined
}

function knownOf(value: unknown): Loaded | undefined {
  return isObject(value) ? known.get(value) : undefined
}
