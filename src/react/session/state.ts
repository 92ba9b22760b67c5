/**
 * What a component is told of its session.
 *
 * @module
 */

import type { ClientSession } from '../../core/live/client-session.ts'
import type { EndReason } from '../../core/store.ts'

/** What `useSession` answers. */
export interface SessionState<Client = unknown> {
  /**
   * Whether the visitor is signed in. `loading` only where the provider got no `initial`, until
   * the server has answered.
   */
  readonly status: 'loading' | 'authenticated' | 'anonymous'
  /** What the server's option `toClient` selects; `null` without it. */
  readonly data: Client | null
  /** When the session ends if no further request comes, in epoch milliseconds on the server's clock. */
  readonly expiresAt: number | null
  /** Whether that is soon, for a notice. Asked of the server before it is said. */
  readonly endsSoon: boolean
  /** Why the visitor is not signed in any more; `null` if the visitor is, or never was. */
  readonly ended: EndReason | null
  /** Asks the server how things stand now. Never rejects: if that fails, all stays as it is. */
  readonly refresh: () => Promise<void>
}

/** The same for the answer of a server, or for none. */
export function stateOf(
  view: ClientSession | null | undefined,
  endsSoon: boolean,
  refresh: () => Promise<void>,
): SessionState {
  const { tag, data = null, expiresAt = null, ended = null } = view ?? {}
  const status = tag === undefined ? 'loading' : tag === null ? 'anonymous' : 'authenticated'
  return { status, data, expiresAt, endsSoon, ended, refresh }
}
