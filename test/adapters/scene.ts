/**
 * One adapter's server at a time, and whoever visits it.
 *
 * @module
 */

import { afterEach } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import type { Store } from '../../src/core/store.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import type { Subject } from './subject.ts'

/** What the tests of an adapter share. */
export interface Scene {
  /** Starts a server over a store; answers its first visitor. */
  visit: (store: Store, options?: SessionOptions) => Promise<Visitor>
  /** Another visitor of the same server. */
  another: () => Visitor
  /** What a visitor's session holds. */
  data: (guest: Visitor) => Promise<Record<string, unknown>>
  /** Those of the last response that are sessions' own. */
  ourCookies: (guest: Visitor) => string[]
  url: () => string
}

/** A scene whose server ends with each test. */
export function scene({ start }: Subject): Scene {
  let url = ''
  let close = (): Promise<void> => Promise.resolve()
  afterEach(() => close())
  return {
    async visit(store, options = {}) {
      ;({ url, close } = await start({ ...options, store }))
      return visitor(url)
    },
    another: () => visitor(url),
    data: async (guest) => (await (await guest.get('/read')).json()) as Record<string, unknown>,
    ourCookies: (guest) => guest.setCookies.filter((line) => line.startsWith('sid=')),
    url: () => url,
  }
}
