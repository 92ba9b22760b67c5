/**
 * Where the session is asked for, and what is said if that does not work.
 *
 * @module
 */

import type { ClientSession } from '../../core/live/client-session.ts'

/** Bundlers write the values in for exactly these words, `process.env.NODE_ENV`; browsers have no `process`. */
declare const process: { env: { NODE_ENV?: string; __NEXT_ROUTER_BASEPATH?: string } }

let hasSpoken = false

/** The default address, below the `basePath` of an application of Next.js. */
export function defaultAddress(): string {
  try {
    return `${process.env.__NEXT_ROUTER_BASEPATH ?? ''}/api/session`
  } catch {
    return '/api/session'
  }
}

/**
 * Asks the server how things stand; `null` if it does not know now, or the answer is another's.
 * Rejects without a network.
 */
export async function askServer(src: string): Promise<ClientSession | null> {
  const response = await fetch(src, { headers: { accept: 'application/json' } })
  const view: ClientSession | null = await response.json().catch(() => null)
  if (response.ok && typeof view?.at === 'number') return view
  if (response.status < 500) sayNotLive(src, `the answer (status ${response.status}) is not about a session`)
  return null
}

/** Says once, in development, why the page does not hear of its session. */
export function sayNotLive(src: string, reason: string): void {
  if (hasSpoken || !isDevelopment()) return
  hasSpoken = true
  console.warn(
    `sojourn/react: the session is not live: ${reason}. <SessionProvider> asks ${src}: ` +
      'make that route with sessions.events(), or name its address, with the basePath, by the property src.',
  )
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV === 'development'
  } catch {
    return false
  }
}
