/**
 * What sessions share, and what they are made of.
 *
 * @module
 */

import type { OnEvent } from './events.ts'
import type { Settings } from './options.ts'
import type { RecordMeta } from './record.ts'
import type { Store } from './store.ts'
import type { Identity } from './token.ts'

/** What all sessions of one manager share. */
export interface Context {
  settings: Settings
  /** Guarded: with deadline, breaker and events. */
  store: Store
  emit: OnEvent
}

/** A record together with what it is called. */
export interface Living {
  identity: Identity
  meta: RecordMeta
  /** When it ends if nothing happens; epoch milliseconds on the store's clock. */
  expiresAt: number
  /** Whether the request brought a token that has been replaced; then its cookie is never sent again. */
  byOldToken: boolean
}
