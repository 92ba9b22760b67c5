/**
 * What a browser may know of its session: who is signed in is told by a tag, and of the data
 * only what the application selects.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import type { Living } from './context.ts'
import { bindingOf } from './handle.ts'
import type { JsonOf } from './json-data.ts'
import type { Session } from './session.ts'
import type { EndReason, MaybePromise } from './store.ts'

/** A session as its browser knows it, without data. */
interface SessionOutline {
  /**
   * Public: opens nothing, and says nothing about the person. The same for as long as one person
   * stays signed in, also when the token changes. `null` if nobody is signed in.
   */
  tag: string | null
  /** When the session ends if no further request comes, on the clock of `at` and in whole seconds; `null` if nothing is stored. */
  expiresAt: number | null
  /** When the server looked, in epoch milliseconds on its clock. */
  at: number
  /** Why the session that the browser brought is no more; `null` if it lives, or nobody knows. */
  ended: EndReason | null
}

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
  return { ...outlineOf(bindingOf(session)), data }
}

/** The public part of the session of a request. */
function outlineOf({ living, clock, ended }: Binding): SessionOutline {
  const at = Date.now()
  if (living === null) return { tag: null, expiresAt: null, at, ended }
  const tag = living.meta.userId === undefined ? null : tagOf(living)
  const expiresAt = at + living.expiresAt - clock.now()
  // In whole seconds, so that two looks say the same.
  return { tag, expiresAt: Math.floor(expiresAt / 1000) * 1000, at, ended: null }
}

/** What tells one signed-in person from the next. */
export function tagOf({ meta, identity }: Living): string {
  return meta.tag ?? identity.id
}
