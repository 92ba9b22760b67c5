/**
 * A drop-in for next-session 4: API routes and `getServerSideProps` of Next.js, Express, micro and
 * `node:http`. Change the import, and `next-session/lib/compat` likewise.
 *
 * @module sojourn/next-session
 */

export { default } from './next-session/session.ts'
export type { GetSession } from './next-session/session.ts'
export type { Options, SessionStore } from './next-session/types.ts'
