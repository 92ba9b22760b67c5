/**
 * Signatures of cookies by HMAC, as `cookie-signature`, `@fastify/cookie` and `keygrip` make them.
 *
 * @module
 */

import { invalidOption } from '../core/errors.ts'

/** The secrets of the old library: the newest first, or the only one. */
export type Secrets = string | readonly string[]

/**
 * The secrets as a list.
 * @throws `ERR_OPTION_INVALID` if there is none, or an empty one
 */
export function secretsOf(where: string, secrets: Secrets): readonly string[] {
  const list = [secrets].flat()
  if (list.length === 0 || list.some((secret) => typeof secret !== 'string' || secret === ''))
    throw invalidOption(`${where}: expected the secret of the old library, or a list of all that it used.`)
  return list
}

/** Whether one of the secrets made a signature. It may be in base64 or base64url. */
export async function isSigned(
  text: string,
  signature: string,
  secrets: readonly string[],
  hash: 'SHA-256' | 'SHA-1' = 'SHA-256',
): Promise<boolean> {
  const bytes = bytesOf(signature)
  if (bytes === null) return false
  for (const secret of secrets) {
    const key = await keyOf(secret, hash, 'verify')
    if (await crypto.subtle.verify('HMAC', key, bytes, encoder.encode(text))) return true
  }
  return false
}

/** The signature by the first secret, in base64. */
export async function sign(text: string, [secret = '']: readonly string[]): Promise<string> {
  const key = await keyOf(secret, 'SHA-256', 'sign')
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
  return btoa(String.fromCharCode(...bytes))
}

function keyOf(secret: string, hash: string, use: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash }, false, [use])
}

function bytesOf(signature: string): Uint8Array<ArrayBuffer> | null {
  try {
    const base64 = signature.replaceAll('-', '+').replaceAll('_', '/')
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

const encoder = new TextEncoder()
