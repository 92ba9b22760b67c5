/**
 * Warnings of failures that no caller may have awaited.
 *
 * @module
 */

import { isSessionError } from '../core/errors.ts'
import { printable } from '../core/quoted.ts'
import { warn } from '../core/warn.ts'

/** Warns of failures once each, until something succeeds: an outage is no reason to fill the log. */
export class Alarm {
  readonly #hasListener: boolean
  #last: string | null = null

  /** @param hasListener whether the application listens to the events of a failing store */
  constructor(hasListener: boolean) {
    this.#hasListener = hasListener
  }

  /** A response could not wait for its session any longer. */
  failed(error: unknown): void {
    // No failure: a request met a logout.
    if (isSessionError(error, 'ERR_SESSION_GONE')) return
    const code = isSessionError(error) ? error.code : String(error)
    if (code === this.#last || (this.#hasListener && code.startsWith('ERR_STORE_'))) return
    this.#last = code
    warn(
      `A session could not be stored (${printable(code, 60)}). ${error instanceof Error ? printable(error.message, 300) : ''}`,
    )
  }

  /** A session was stored. */
  succeeded(): void {
    this.#last = null
  }
}
