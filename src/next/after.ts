/**
 * `after()` of Next.js, and whether this is a Next.js that has it. A named import of what an older
 * one lacks would fail in words of the bundler, or at the first request.
 *
 * @module
 */

import * as server from 'next/server.js'
import { invalidOption } from '../core/errors.ts'

/** Runs work when the response has been sent. */
export const after: typeof server.after = (server as { after?: typeof server.after }).after!

/** @throws `ERR_OPTION_INVALID` on a Next.js that is too old */
export function checkNext(): void {
  if (typeof after === 'function') return
  throw invalidOption(
    'sojourn/next needs Next.js 15.1 or later, which has `after()`. On an older one, `sojourn/next-session` works in API routes and `getServerSideProps`.',
  )
}
