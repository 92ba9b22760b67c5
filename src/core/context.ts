/**
 * What sessions share, and what they are made of.
 *
 * @module
 */

import type { OnEvent } from './events.ts'
import type { LifetimeSettings } from './lifetime.ts'
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
}

/** What a new record takes from its predecessor, and what it adds. */
export interface Succession {
  /** Decides the cookie's life. */
  lifetime: LifetimeSettings
  /** Chooses the fields of the new record from those of the old one. */
  fields(old: ReadonlyMap<string, string>): Map<string, string>
  /** Makes the meta of the new record. */
  meta(now: number): RecordMeta
  /** Whether the old record must still be there. A login needs none. */
  required: boolean
}
