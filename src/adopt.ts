/**
 * Changing from another session library without logging visitors out:
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

export { connectSession, type ConnectSessionOptions } from './adopt/connect-session.ts'
export { cookieSession, type CookieSessionOptions } from './adopt/cookie-session.ts'
export { customSession, type CustomSessionOptions, type MappedSession } from './adopt/custom-session.ts'
export { fastifySession, type FastifySessionOptions } from './adopt/fastify-session.ts'
export { ironSession, type IronSessionOptions } from './adopt/iron-session.ts'
export { nextSession, type NextSessionOptions, type NextSessionStore } from './adopt/next-session.ts'
export type { AdoptionOptions, OldUserId } from './adopt/old-session.ts'
export type { KeyValueClient, KeyValueClientSource } from './adopt/old-client.ts'
export type { OldConnectStore, OldStore } from './adopt/old-store.ts'
export type { Secrets } from './adopt/signature.ts'
export type { Adoption } from './core/adoption/adoption.ts'
