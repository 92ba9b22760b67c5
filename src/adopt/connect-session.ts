/**
 * Taking over from express-session, in any of its stores. Its cookie is `s:<id>.<signature>`, where
 * the signature is HMAC-SHA-256 over the id.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import type { AdoptionOptions } from './old-session.ts'
import { connectAccess, type OldConnectStore, type OldStore } from './old-store.ts'
import { secretsOf, type Secrets } from './signature.ts'
import { signedIds } from './signed-ids.ts'

/** Options of `connectSession`. `name` is `connect.sid` if nothing is said. */
export type ConnectSessionOptions = AdoptionOptions &
  OldStore<OldConnectStore> & {
    /** The `secret` of express-session, or all of them. */
    secret: Secrets
  }

/**
 * Takes over the sessions of express-session.
 * @throws `ERR_OPTION_INVALID` without a secret, or without `store` or `client`
 */
export function connectSession(options: ConnectSessionOptions): Adoption {
  const secrets = secretsOf('connectSession: secret', options.secret)
  const access = connectAccess('connectSession', options)
  return adoptionOf(signedIds('connect', options.name ?? 'connect.sid', 's:', secrets, access, options))
}
