/**
 * Taking over from @fastify/session, in any of its stores. Its cookie is `<id>.<signature>`, with a
 * prefix if one was set.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import type { AdoptionOptions } from './old-session.ts'
import { connectAccess, type OldConnectStore, type OldStore } from './old-store.ts'
import { secretsOf, type Secrets } from './signature.ts'
import { signedIds } from './signed-ids.ts'

/** Options of `fastifySession`. `name`, which is `cookieName` there, is `sessionId` if nothing is said. */
export type FastifySessionOptions = AdoptionOptions &
  OldStore<OldConnectStore> & {
    /** The `secret` of @fastify/session, or all of them. */
    secret: Secrets
    /** The `cookiePrefix` of @fastify/session. Default: none. */
    cookiePrefix?: string
  }

/**
 * Takes over the sessions of @fastify/session.
 * @throws `ERR_OPTION_INVALID` without a secret, or without `store` or `client`
 */
export function fastifySession(options: FastifySessionOptions): Adoption {
  const { name = 'sessionId', cookiePrefix = '' } = options
  const secrets = secretsOf('fastifySession: secret', options.secret)
  const access = connectAccess('fastifySession', options)
  return adoptionOf(signedIds('fastify-session', name, cookiePrefix, secrets, access, options))
}
