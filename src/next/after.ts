/**
 * `after()` of Next.js, and whether this is a Next.js that we know.
 *
 * @module
 */

import * as server from 'next/server.js'
import { invalidOption } from '../core/errors.ts'

/** Leaves work until the response has been sent. */
export type Defer = (work: () => Promise<void>) => void

let loading: Promise<Defer> | undefined

/**
 * Gives `after()`, or what does the work at once: Next.js 15.0 has none. Its bundler refuses every
 * name that it does not know, so this one is looked for at run time.
 */
export function loadDefer(): Promise<Defer> {
  return (loading ??= import('next/server.js').then(deferWith))
}

function deferWith({ after }: Partial<typeof server>): Defer {
  return (work) => {
    try {
      after!(work)
    } catch {
      void work()
    }
  }
}

/** @throws `ERR_OPTION_INVALID` on a Next.js that is too old */
export function checkNext(): void {
  // New in 15.0, as are the `cookies()` and `headers()` that we use.
  if (typeof server.connection === 'function') return
  throw invalidOption(
    'sojourn/next needs Next.js 15 or later. On an older one, `sojourn/next-session` works in API routes and `getServerSideProps`.',
  )
}
