/**
 * Taking over from iron-session, whose cookie holds the data itself, sealed: `Fe26.2`, AES-256-CBC
 * and HMAC-SHA-256 under keys made of the password by PBKDF2 with SHA-1, in eight fields. With
 * `chunk` it may be cut into up to four cookies, `<name>.0` and so on.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import type { OldSession } from '../core/adoption/old-library.ts'
import { invalidOption } from '../core/errors.ts'
import { fromBase64url, type Bytes } from '../core/runtime.ts'
import { namesIn, valuesOf } from './old-cookies.ts'
import { common, oldSession, type AdoptionOptions } from './old-session.ts'

/** Options of `ironSession`. `name` is what iron-session calls `cookieName`. */
export interface IronSessionOptions extends Omit<AdoptionOptions, 'keep' | 'name'> {
  name: string
  /** The `password` of iron-session: a text, or several by number. */
  password: string | Readonly<Record<string, string>>
}

const CHUNKS = [0, 1, 2, 3]
/** In characters; iron-session takes no shorter one. */
const MIN_PASSWORD = 32

/**
 * Takes over the sessions of iron-session. A cookie of it cannot be ended, only removed from the
 * browser: each moves once, and a copy that was made of an earlier state is another one.
 *
 * @throws `ERR_OPTION_INVALID` without a name or password
 */
export function ironSession(options: IronSessionOptions): Adoption {
  const { name, password } = options
  if (typeof name !== 'string' || name === '')
    throw invalidOption('ironSession: name: expected the cookieName of iron-session.')
  const passwords = typeof password === 'string' ? { 1: password } : password
  const all = Object.values(passwords ?? {})
  if (all.length === 0 || !all.every((text) => typeof text === 'string' && text.length >= MIN_PASSWORD))
    throw invalidOption(
      'ironSession: password: expected the password of iron-session, of at least 32 characters, or several by number.',
    )
  return adoptionOf({
    ...common('iron-session', name, options),
    candidates: (header) => seals(header, name),
    names: (header) => namesIn(header, [name, ...CHUNKS.map((chunk) => `${name}.${chunk}`)]),
    identify: async (value) => ((await open(value, passwords)) === null ? null : value),
    async load(value, now) {
      const opened = await open(value, passwords)
      if (opened === null || (opened.expiresAt !== undefined && opened.expiresAt <= now)) return null
      return oldSession(opened.data, opened.expiresAt)
    },
    remove: async () => {},
  })
}

/** The whole cookie if there is one, else its pieces, put together: as iron-session reads them. */
function seals(header: string, name: string): string[] {
  const whole = valuesOf(header, name, isSeal)
  if (whole.length > 0) return whole
  const pieces = CHUNKS.map((chunk) => valuesOf(header, `${name}.${chunk}`, (value) => value !== ''))
  const gap = pieces.findIndex((values) => values.length === 0)
  const found = gap === -1 ? pieces : pieces.slice(0, gap)
  // A planted piece comes before or after the real one.
  const joined = [found.map((values) => values[0]), found.map((values) => values.at(-1))]
  return [...new Set(joined.map((parts) => parts.join('')))].filter(isSeal)
}

function isSeal(value: string): boolean {
  return value.startsWith('Fe26.2*')
}

/** Unseals a cookie; `null` unless it is sealed under a known password. */
async function open(value: string, passwords: Readonly<Record<string, string>>): Promise<OldSession | null> {
  const parts = value.replace(/~\d+$/, '').split('*')
  const [, passwordId = '', salt = '', iv = '', sealed = '', expiry = '', macSalt = '', mac = ''] = parts
  const password = Object.hasOwn(passwords, passwordId) ? passwords[passwordId] : undefined
  const [ivBytes, sealedBytes, macBytes] = [iv, sealed, mac].map(fromBase64url)
  if (parts.length !== 8 || !password || !ivBytes || !sealedBytes || !macBytes) return null
  try {
    const macKey = await derive(password, macSalt, { name: 'HMAC', hash: 'SHA-256' }, 'verify')
    const signed = new TextEncoder().encode(parts.slice(0, 6).join('*'))
    if (!(await crypto.subtle.verify('HMAC', macKey, macBytes, signed))) return null
    const key = await derive(password, salt, { name: 'AES-CBC', length: 256 }, 'decrypt')
    const text = await crypto.subtle.decrypt({ name: 'AES-CBC', iv: ivBytes }, key, sealedBytes)
    const data = JSON.parse(new TextDecoder().decode(text)) as OldSession['data']
    return { data, expiresAt: expiry === '' ? undefined : Number(expiry) }
  } catch {
    return null
  }
}

async function derive(
  password: string,
  salt: string,
  algorithm: { name: string; hash?: string; length?: number },
  use: 'verify' | 'decrypt',
): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const secret = await crypto.subtle.importKey('raw', encoder.encode(password), 'PBKDF2', false, [
    'deriveBits',
  ])
  const settings = { name: 'PBKDF2', salt: encoder.encode(salt), iterations: 1, hash: 'SHA-1' }
  const bits: Bytes = new Uint8Array(await crypto.subtle.deriveBits(settings, secret, 256))
  return crypto.subtle.importKey('raw', bits, algorithm, false, [use])
}
