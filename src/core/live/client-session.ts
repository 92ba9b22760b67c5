/**
 * What a browser may know of its session: who is signed in is told by a tag, and of the data
 * only what the application selects.
 *
 * @module
 */

import { requestSessionOf } from '../session/handle.ts'
import type { JsonOf } from './json-data.ts'
import { outlineOf, type SessionOutline } from '../request/outline.ts'
import type { Session } from '../session/session.ts'
import type { MaybePromise } from '../store.ts'

/** The browser's view of its session: plain JSON. */
export interface ClientSession<Client = unknown> extends SessionOutline {
  /** What the option `toClient` selects, as JSON has it; `null` without it. */
  data: Client | null
}

/**
 * Selects what the browser may know of a session's data. It is also asked for anonymous ones.
 * What JSON cannot hold is left out, or turned into what it can: a `Date` into text.
 */
export type ToClient<Data extends object, Client> = (session: Session<Data>) => MaybePromise<Client>

/** What a browser gets of what `toClient` gives. */
export type Told<Client> = Exclude<JsonOf<Client>, undefined>

/** The function `client` of the sessions of an application. */
type Teller = () => Promise<ClientSession>

/**
 * What the browser gets of a session: the type of what `toClient` gives, as JSON has it. Of the
 * sessions, or of their function `client`.
 *
 * ```ts
 * export const sessions = createSessions({ toClient: (session) => ({ name: session.userId }) })
 * export type Client = ClientOf<typeof sessions> // { name: string | null }
 * ```
 *
 * In a client component: `useSession<Client>()`, after `import type { Client }`. Types leave nothing in the bundle.
 */
export type ClientOf<Source extends Teller | { client: Teller }> = Source extends
  | { client(): Promise<ClientSession<infer Client>> }
  | (() => Promise<ClientSession<infer Client>>)
  ? Client
  : never

/** The view of a session. */
export async function clientSession<Data extends object, Client>(
  session: Session<Data>,
  toClient?: ToClient<Data, Client>,
): Promise<ClientSession<Told<Client>>> {
  const selected = await toClient?.(session)
  // Through JSON, so that a page's first value is the same as one that came over the network.
  const data = JSON.parse(JSON.stringify(selected) ?? 'null') as Told<Client> | null
  return { ...outlineOf(requestSessionOf(session)), data }
}
