/**
 * Changing from another session library without logging anybody out:
 *
 * ```ts
 * createSessions({ adopt: connectSession({ secret, store: new RedisStore({ client }) }) })
 * ```
 *
 * A browser that arrives with a living cookie of the old library gets a session of ours with the
 * same data, once. The old session is removed, or kept for a way back.
 *
 * @module sojourn/adopt
 */

export { connectSession, type ConnectSessionOptions, type OldConnectStore } from './adopt/connect-session.ts'
export { ironSession, type IronSessionOptions } from './adopt/iron-session.ts'
export { nextSession, type NextSessionOptions, type NextSessionStore } from './adopt/next-session.ts'
export type { AdoptionOptions } from './adopt/old-session.ts'
export type { OldStore, KeyValueClient } from './adopt/old-store.ts'
export type { Adoption, OldSession } from './core/adoption.ts'
