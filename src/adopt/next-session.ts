/**
 * Taking over from next-session. Its cookie is the bare id.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import { invalidOption } from '../core/errors.ts'
import { common, inOneCookie, type AdoptionOptions } from './old-session.ts'
import { clientAccess, withoutCookie, type OldStore, type OldStoreAccess } from './old-store.ts'

/** A store of next-session, also what its `promisifyStore` gives. */
export interface NextSessionStore {
  get(id: string): Promise<unknown>
  destroy(id: string): Promise<unknown>
}

/** Options of `nextSession`. `name` is `sid` if nothing is said. */
export type NextSessionOptions = AdoptionOptions &
  OldStore<NextSessionStore> & {
    /** What next-session was given as `decode`, if anything. */
    decode?: (value: string) => string
    /** Which ids are well-formed. Default: those that next-session makes, 21 of `A-Z a-z 0-9 _ -`. */
    id?: RegExp
  }

/**
 * Takes over the sessions of next-session.
 * @throws `ERR_OPTION_INVALID` without `store` or `client`
 */
export function nextSession(options: NextSessionOptions): Adoption {
  const { name = 'sid', decode, id: form = /^[\w-]{21}$/ } = options
  const old = access(options)
  const idIn = (value: string): string | null => {
    const id = decode === undefined ? value : decode(value)
    return form.test(id) ? id : null
  }
  return adoptionOf({
    ...common('next-session', name, options),
    ...inOneCookie(name, (value) => value.length <= 1024 && (decode !== undefined || form.test(value))),
    identify: idIn,
    load: async (id, now) => withoutCookie(await old.get(id), now),
    remove: (id) => old.destroy(id),
  })
}

function access({ store, client, prefix }: NextSessionOptions): OldStoreAccess {
  if (client !== undefined) return clientAccess(client, prefix)
  if (store === undefined)
    throw invalidOption('nextSession: expected store, the one of next-session, or client.')
  return {
    get: (id) => store.get(id),
    destroy: async (id) => void (await store.destroy(id)),
  }
}
