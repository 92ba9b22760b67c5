/**
 * Taking over from cookie-session, whose cookie holds the data itself, as JSON in base64; a second
 * one, `<name>.sig`, holds the signature over both name and value.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import type { OldSession } from '../core/adoption/old-library.ts'
import { namesIn, valuesOf } from './old-cookies.ts'
import { common, oldSession, type AdoptionOptions } from './old-session.ts'
import { isSigned, secretsOf } from './signature.ts'

/** Options of `cookieSession`. `name` is `session` if nothing is said. */
export interface CookieSessionOptions extends Omit<AdoptionOptions, 'keep'> {
  /** The `keys` of cookie-session. What it was given as `secret` is a list of one. */
  keys: readonly string[]
}

const BASE64 = /^[\w+/=-]+$/
const SIGNATURE = /^[\w-]{27}$/

/**
 * Takes over the sessions of cookie-session. Its cookies have no ids: two browsers whose sessions
 * hold the same have the same cookie. So signed-in people with the same cookie share one session of
 * ours, and visitors who are not signed in get one for each request that takes them over.
 *
 * @throws `ERR_OPTION_INVALID` without keys: a cookie that is not signed may be invented
 */
export function cookieSession(options: CookieSessionOptions): Adoption {
  const { name = 'session' } = options
  const keys = secretsOf('cookieSession: keys', options.keys)
  const signatureName = `${name}.sig`
  return adoptionOf({
    ...common('cookie-session', name, options),
    isUnique: false,
    candidates: (header) =>
      valuesOf(header, name, (value) => BASE64.test(value)).flatMap((value) =>
        valuesOf(header, signatureName, (text) => SIGNATURE.test(text)).map((text) => `${value}.${text}`),
      ),
    names: (header) => namesIn(header, [name, signatureName]),
    async identify(candidate) {
      const [value = '', signature = ''] = candidate.split('.')
      return (await isSigned(`${name}=${value}`, signature, keys, 'SHA-1')) ? candidate : null
    },
    load: async (id) => parse(id.split('.', 1)[0] ?? ''),
    remove: async () => {},
  })
}

function parse(value: string): OldSession | null {
  try {
    const base64 = value.replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return oldSession(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return null
  }
}
