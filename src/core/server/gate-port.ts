/**
 * What a response that is held waits for.
 *
 * @module
 */

import type { HeldResponse } from './held-response.ts'

/** The part of `http.ServerResponse`, or of its HTTP/2 sibling, that is held. */
export interface GatedResponse extends HeldResponse {
  emit(event: 'drain'): unknown
  destroy(error?: Error): unknown
}

/** What a response waits for. */
export interface GatePort {
  /**
   * Whether something must be brought to the store, or is on its way.
   * @param hasSettled whether `settle` has ended once: then only what is on its way counts
   */
  isDue(hasSettled: boolean): boolean
  /** Whether the response may yet need a cookie that it cannot have once it has begun. */
  mayAnnounce(): boolean
  /**
   * Brings everything to the store.
   * @param isFinal whether the response is at its end
   * @throws what is sent in place of the response
   */
  settle(isFinal: boolean): Promise<void>
  /**
   * Puts cookies into the headers, which are about to go. May be asked again, if they did not.
   * @throws if the headers have gone without a cookie that they need
   */
  announce(response: GatedResponse): void
  /** From now on no cookie can be sent. */
  close(): void
  /** Hears what was sent in place of the response. */
  failed(error: unknown): void
}
