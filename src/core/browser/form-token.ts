/**
 * A token for forms, derived from the session's own token: only code that knows the cookie can
 * make one. Nothing is stored for it, the store cannot make it, and it dies with the token.
 *
 * It is a random salt and HMAC-SHA-256, keyed by the token, over purpose and salt. The HMAC tells
 * nothing of its key; the salt makes the text another one in each response, so that what leaks
 * through the size of compressed pages (BREACH) never adds up.
 *
 * @module
 */

import { SessionError } from '../errors.ts'
import { nodeCrypto, type NodeCrypto } from '../runtime.ts'
import { randomText } from '../record/token.ts'

const FORM = /^[\w-]{86}$/
const SALT = 43
const encoder = new TextEncoder()

/**
 * Makes a form token: 86 characters that need no escaping.
 * @throws `ERR_OPTION_INVALID` where there is no `node:crypto`
 */
export function createCsrfToken(token: string, purpose: string): string {
  return derive(token, purpose, randomText())
}

/**
 * Whether a text is a form token of this session and purpose. Takes the same time for all that
 * have the form.
 * @throws `ERR_OPTION_INVALID` where there is no `node:crypto`
 */
export function isCsrfToken(text: unknown, token: string, purpose: string): boolean {
  if (typeof text !== 'string' || !FORM.test(text)) return false
  const expected = derive(token, purpose, text.slice(0, SALT))
  return node().timingSafeEqual(encoder.encode(text), encoder.encode(expected))
}

function derive(token: string, purpose: string, salt: string): string {
  // The salt has a fixed length, so that no purpose can pass for another one.
  const mac = node().createHmac('sha256', token).update(`sojourn csrf ${salt}${purpose}`)
  return salt + mac.digest('base64url')
}

function node(): NodeCrypto {
  const found = nodeCrypto()
  if (found !== undefined) return found
  throw new SessionError(
    'ERR_OPTION_INVALID',
    'csrfToken: this runtime has no node:crypto, which form tokens need. Use a runtime such as Node, or assertSameOrigin() alone.',
  )
}
