/**
 * Durable server-side sessions, for any framework. Adapters such as `sojourn/next` give
 * the same with the framework's own requests.
 *
 * @module sojourn
 */

import type { PlainData } from './core/data.ts'
import type { SessionOptions } from './core/options.ts'
import { assertObject } from './core/check-options.ts'
import { isNode } from './core/runtime.ts'
import type { Known } from './core/schema/data-types.ts'
import { Sessions } from './core/sessions.ts'
import type { Store } from './core/store.ts'
import { afterFirstUse } from './core/wrappers/first-use.ts'
import { sqliteStore } from './stores/sqlite.ts'

export type { CookieChannel } from './core/browser/channel.ts'
export type { CookieOptions } from './core/browser/cookie-options.ts'
export type { SessionCookie } from './core/browser/cookie.ts'
export { serializeCookie } from './core/browser/cookie.ts'
export type { CookieScope } from './core/browser/cookie-options.ts'
export type { UserSession } from './core/users/user-sessions.ts'
export type { Duration } from './core/record/duration.ts'
export type { EncryptionOptions } from './core/wrappers/encryption.ts'
export { isSessionError, SessionError, type SessionErrorCode } from './core/errors.ts'
export type { OnEvent, SessionEvent } from './core/events.ts'
export type { Keep } from './core/lifecycle/keep.ts'
export type { LifetimeOptions } from './core/record/lifetime.ts'
export type { Migration, Migrations } from './core/schema/migrations.ts'
export type { Namespace } from './core/session/namespace.ts'
export type { SessionOptions } from './core/options.ts'
export type { PlainData } from './core/data.ts'
export type { StandardSchema } from './core/schema/schema.ts'
export type { CheckedRequest } from './core/browser/same-origin.ts'
export type { LoginOptions, Session } from './core/session/session.ts'
export type { Sessions } from './core/sessions.ts'
export type { DataOf, Namespaces, Supplied } from './core/schema/data-types.ts'
export type { KeysOf } from './core/data.ts'
export type { StoreCall, StoreOutcome } from './core/wrappers/tracing.ts'
export type { StoreOperation } from './core/wrappers/wrap.ts'
export type {
  Change,
  EndedRecord,
  EndReason,
  IndexEntry,
  Lifetime,
  Limits,
  LoadedRecord,
  SessionIndex,
  Store,
  StoreCapabilities,
  StoredRecord,
  UpdateResult,
} from './core/store.ts'

/**
 * Creates the sessions of an application. Without a store they live in an embedded SQLite
 * file, `.sojourn/sessions.db`: durable, and shared by all processes of the machine.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another
 */
export function createSessions<Data extends object = PlainData, Input = unknown>(
  options: SessionOptions<Data, Input> = {},
): Sessions<Known<Data, Input>> {
  assertObject(options, 'createSessions: ')
  const store = options.store ?? defaultStore()
  return new Sessions<Known<Data, Input>>(
    options as SessionOptions<object> as SessionOptions<Known<Data, Input>>,
    options.diagnose === false ? store : examined(store),
  )
}

/** The store that serves when none is named: an embedded SQLite file. */
export function defaultStore(): Store {
  return sqliteStore()
}

/** In development, a store that is looked at once it is in use. */
function examined(store: Store): Store {
  if (!isNode || process.env['NODE_ENV'] === 'production' || process.env['NODE_ENV'] === 'test') return store
  return afterFirstUse(store, () => {
    // Once more, and alone: so every bundler sees that production needs none of this.
    if (process.env['NODE_ENV'] !== 'production')
      import('./doctor/at-start.ts').then(({ examineOnce }) => examineOnce(store)).catch(() => undefined)
  })
}
