/**
 * Taking over from express-session, in any of its stores. Its cookie is `s:<id>.<signature>`, where
 * the signature is HMAC-SHA-256 over the id.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption.ts'
import type { Bytes } from '../core/base64url.ts'
import { invalidOption } from '../core/errors.ts'
import { common, type AdoptionOptions } from './old-session.ts'
import { clientAccess, withoutCookie, type OldStore, type OldStoreAccess } from './old-store.ts'

/** The part of an express-session store that is needed. */
export interface OldConnectStore {
  get(id: string, done: (error?: unknown, session?: unknown) => void): unknown
  destroy(id: string, done?: (error?: unknown) => void): unknown
}

/** Options of `connectSession`. `name` is `connect.sid` if nothing is said. */
export type ConnectSessionOptions = AdoptionOptions &
  OldStore<OldConnectStore> & {
    /** The `secret` of express-session, or all of them. */
    secret: string | readonly string[]
  }

/**
 * Takes over the sessions of express-session.
 * @throws `ERR_OPTION_INVALID` without a secret, or without `store` or `client`
 */
export function connectSession(options: ConnectSessionOptions): Adoption {
  const secrets = [options.secret].flat()
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== 'string' || secret === ''))
    throw invalidOption('connectSession: secret: expected the secret of express-session.')
  const old = access(options)
  return adoptionOf({
    ...common('connect', options.name ?? 'connect.sid', options),
    hasForm: (value) => value.length <= 1024 && /^s(:|%3[Aa])/.test(value),
    async identify(value) {
      const [, id, signature] = /^s:(.+)\.([^.]+)$/s.exec(decoded(value)) ?? []
      if (id === undefined || signature === undefined) return null
      for (const secret of secrets) if (await isSigned(id, signature, secret)) return id
      return null
    },
    load: async (id, now) => withoutCookie(await old.get(id), options, now),
    remove: (id) => old.destroy(id),
  })
}

function access({ store, client, prefix }: ConnectSessionOptions): OldStoreAccess {
  if (client !== undefined) return clientAccess(client, prefix)
  if (store === undefined)
    throw invalidOption('connectSession: expected store, the one of express-session, or client.')
  return {
    get: (id) => called((done) => store.get(id, done)),
    destroy: async (id) => void (await called((done) => store.destroy(id, done))),
  }
}

/** What a function with a callback answers. Some answer with a promise too; only its failure counts. */
function called(work: (done: (error?: unknown, answer?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer = work((error, value) => (error ? reject(asError(error)) : resolve(value)))
    if (answer instanceof Promise) answer.catch(reject)
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the store failed')
}

async function isSigned(id: string, signature: string, secret: string): Promise<boolean> {
  const bytes = bytesOf(signature)
  if (bytes === null) return false
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify'])
  return crypto.subtle.verify('HMAC', key, bytes, encoder.encode(id))
}

function bytesOf(base64: string): Bytes | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
