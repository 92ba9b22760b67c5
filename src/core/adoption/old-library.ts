/**
 * What another library's sessions look like, for a change to ours.
 *
 * @module
 */

import type { PlainData } from '../data.ts'
import type { MaybePromise } from '../store.ts'

/** What another library has stored of a session. */
export interface OldSession {
  data: PlainData
  /** When it ends, in epoch milliseconds, if it does. */
  expiresAt?: number | undefined
}

/** What becomes of the old data. */
export interface Selection {
  /** Who is signed in. */
  userId?: ((data: PlainData) => unknown) | undefined
  /** Which data comes along, and in which shape. */
  data?: ((data: PlainData) => unknown) | undefined
}

/** See the module. */
export interface OldLibrary {
  /** Which library: keeps equal ids of two apart. */
  readonly kind: string
  /** The scope of its cookies. */
  readonly cookie: { path: string; domain?: string | undefined }
  /** Whether to leave the old session and its cookies in place, for a way back. */
  readonly keep: boolean
  readonly selection: Selection
  /**
   * Whether two browsers never hold the same cookie. Where they may, those of signed-in people share
   * one session, and others get one for each request that takes them over.
   */
  readonly isUnique: boolean
  /** What may carry a session in a `Cookie` header. Asks no store. */
  candidates(header: string): readonly string[]
  /** The names of this library's cookies in the header: those to remove. */
  names(header: string): readonly string[]
  /** The id that a candidate carries, if the library issued it; else `null`. Asks no store. */
  identify(candidate: string): MaybePromise<string | null>
  /** A text that cannot be guessed without the cookie. Default: the id is one. */
  secretOf?(id: string): MaybePromise<string>
  /** The old session; `null` if there is none. `now` is the store's clock. */
  load(id: string, now: number): Promise<OldSession | null>
  /** Ends the old session. */
  remove(id: string): Promise<void>
}
