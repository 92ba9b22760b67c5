/**
 * How a token stands in the cookie: by itself, or signed, so that invented ones are told
 * without asking the store.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { nodeCrypto, type NodeCrypto } from '../runtime.ts'
import { isToken } from '../record/token.ts'

/** Writes tokens into cookies and reads them out. */
export interface CookieValues {
  /** The value that carries a token. */
  write(token: string): string
  /** The token that a value carries, or `null` if it carries none. */
  read(value: string): string | null
}

/** The token is the value. */
export const plainValues: CookieValues = {
  write: (token) => token,
  read: (value) => (isToken(value) ? value : null),
}

const FORM = /^([\w-]{43})\.[\w-]{22}$/
const TAG = 16
const MIN_SECRET = 32

/**
 * The token with a tag, `<token>.<tag>`: the first 16 bytes of HMAC-SHA-256 over purpose,
 * application and token. The first secret writes, all read.
 */
export function signedValues(node: NodeCrypto, secrets: readonly string[], app: string): CookieValues {
  // A twelfth of the time that text as the secret would take.
  const keys = secrets.map((secret) => node.createSecretKey(secret, 'utf8'))
  // Other uses of the same secret must not make tags for us.
  const purpose = `sojourn cookie ${JSON.stringify(app)} `

  function sign(token: string, key: (typeof keys)[number] | undefined): string {
    if (key === undefined) throw new TypeError('There is no secret to sign with.')
    const tag = node.createHmac('sha256', key).update(purpose).update(token).digest()
    return `${token}.${tag.toString('base64url', 0, TAG)}`
  }

  return {
    write: (token) => sign(token, keys[0]),
    read(value) {
      const token = FORM.exec(value)?.[1]
      if (token === undefined) return null
      const given = encoder.encode(value)
      const isSigned = keys.some((key) => node.timingSafeEqual(given, encoder.encode(sign(token, key))))
      return isSigned ? token : null
    },
  }
}

/**
 * Checks the option `secret` and makes of it how cookies are written.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveSecret(secret: string | readonly string[] | undefined, app: string): CookieValues {
  if (secret === undefined) return plainValues
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0 || !secrets.every(isSecret)) {
    throw invalidOption(
      'secret: expected a text of at least 32 characters, or a list of such texts, of which the first signs. Make one with: openssl rand -base64 32',
    )
  }
  if (new Set(secrets).size < secrets.length)
    throw invalidOption('secret: one is in the list twice. List each once.')
  const node = nodeCrypto()
  if (node === undefined) {
    throw invalidOption(
      'secret: this runtime has no node:crypto, which signing needs. Leave the option out, or use a runtime such as Node.',
    )
  }
  return signedValues(node, secrets, app)
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.length >= MIN_SECRET
}

const encoder = new TextEncoder()
