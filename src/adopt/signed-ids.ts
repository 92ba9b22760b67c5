/**
 * The libraries whose cookie is a prefix, an id and its signature, and whose sessions are in a store.
 *
 * @module
 */

import type { OldLibrary } from '../core/adoption/old-library.ts'
import { decoded } from './old-cookies.ts'
import { common, inOneCookie, type AdoptionOptions } from './old-session.ts'
import { withoutCookie, type OldStoreAccess } from './old-store.ts'
import { isSigned, sign } from './signature.ts'

/** Describes such a library. */
export function signedIds(
  kind: string,
  name: string,
  prefix: string,
  secrets: readonly string[],
  access: OldStoreAccess,
  options: AdoptionOptions,
): OldLibrary {
  return {
    ...common(kind, name, options),
    ...inOneCookie(name, (value) => value.length <= 1024 && decoded(value).startsWith(prefix)),
    async identify(value) {
      const text = decoded(value).slice(prefix.length)
      const dot = text.lastIndexOf('.')
      const id = text.slice(0, Math.max(0, dot))
      return id !== '' && (await isSigned(id, text.slice(dot + 1), secrets)) ? id : null
    },
    // An application may have made ids that can be guessed; their signatures cannot.
    secretOf: (id) => sign(id, secrets),
    load: async (id, now) => withoutCookie(await access.get(id), now),
    remove: (id) => access.destroy(id),
  }
}
