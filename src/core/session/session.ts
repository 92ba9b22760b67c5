/**
 * The handle that an application holds: one session in one request.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { createCsrfToken, isCsrfToken } from '../browser/form-token.ts'
import { milliseconds, type Duration } from '../record/duration.ts'
import { checkEndReason } from '../end-reason.ts'
import { endSession } from '../lifecycle/logout.ts'
import { readFlash, writeFlash } from './flash.ts'
import { FOREIGN, refuseCallback } from './foreign-habits.ts'
import { freezeShared } from '../freeze-shared.ts'
import { requestSessionOf, viewOf, type Handle } from './handle.ts'
import { login, type LoginOptions } from '../lifecycle/login.ts'
import { Namespace } from './namespace.ts'
import { notFresh, unauthenticated } from '../session-errors.ts'
import { rotate, type RotateOptions } from '../lifecycle/rotate.ts'
import type { PlainData } from '../data.ts'
import type { Shape } from '../schema/shape.ts'
import type { EndReason } from '../store.ts'
import type { AllOf, NamespaceName, NamespaceValues } from '../schema/data-types.ts'
import { View } from '../request/view.ts'

export type { LoginOptions } from '../lifecycle/login.ts'
export type { RotateOptions } from '../lifecycle/rotate.ts'

/**
 * A session. Nothing is stored and no cookie is sent until the first write.
 *
 * The object is for the server only: it cannot be serialised, and shows nothing but its
 * public id when it is printed or turned into JSON.
 */
export class Session<Data extends object = PlainData> extends Namespace<Data> {
  /** @internal */
  constructor(current: RequestSession, shape: Shape | null) {
    super(new View(current, '', shape))
  }

  /** The public id: safe to log and show, useless as a credential. `null` until something is stored. */
  get id(): string | null {
    return requestSessionOf(this).living?.identity.id ?? null
  }

  /** Whether the request came without a living session. */
  get isNew(): boolean {
    return requestSessionOf(this).isNew
  }

  /** When the session began, in epoch milliseconds. Rotation does not change it. */
  get createdAt(): number | null {
    return requestSessionOf(this).living?.meta.createdAt ?? null
  }

  /** When the session ends if no further request comes, in epoch milliseconds on the store's clock. */
  get expiresAt(): number | null {
    return requestSessionOf(this).living?.expiresAt ?? null
  }

  /** Who is signed in, as given to `login`; `null` if no user is signed in. */
  get userId(): string | null {
    return requestSessionOf(this).living?.meta.userId ?? null
  }

  /** When that person signed in, in epoch milliseconds. */
  get authenticatedAt(): number | null {
    return requestSessionOf(this).living?.meta.authenticatedAt ?? null
  }

  /** Why the session that this browser brought is no more; `null` if it lives, or if the store no longer knows. */
  get ended(): EndReason | null {
    return requestSessionOf(this).ended
  }

  /** All values of the default namespace, as a plain object that is frozen: `getAll()` gives one of your own. */
  get data(): Readonly<AllOf<Data>> {
    return Object.freeze(this.getAll())
  }

  /**
   * Another set of values in the same session; `''` is the default one. What it holds is declared by
   * `Namespaces` in the type of the data, or named here: `session.namespace<Cart>('cart')`.
   */
  namespace<Values extends object = PlainData, Name extends NamespaceName<Data> = NamespaceName<Data>>(
    name: Name,
  ): Namespace<NamespaceValues<Data, Name, Values>> {
    if (name === '') return this as unknown as Namespace<NamespaceValues<Data, Name, Values>>
    return new Namespace(new View(requestSessionOf(this), name, null))
  }

  /**
   * Stores the session even though it may hold nothing yet, so that it has an id.
   * @throws as `set`
   */
  start(): Promise<string> {
    refuseCallback(this, 'start', arguments)
    return inLine(this, (current) => current.start())
  }

  /**
   * Stores a message for the next request.
   * @throws as `set`
   */
  flash(key: string, value: unknown): Promise<void> {
    refuseCallback(this, 'flash', arguments, 1)
    const current = requestSessionOf(this)
    return current.journal.writes.observe(writeFlash(current, key, value))
  }

  /**
   * Reads a message of an earlier request and removes it. Works in a render. A prefetch reads it and
   * leaves it, for the page that shows it.
   */
  readFlash<Value = unknown>(key: string): Value | undefined {
    return readFlash(requestSessionOf(this), key) as Value | undefined
  }

  /**
   * Signs a person in: a new token, so that a person who knew the old one is not signed in with
   * them (session fixation, ASVS V7.2.4), and the user id bound to the record.
   *
   * @param userId your own identifier of the person, 1 to 1,024 characters
   * @throws `ERR_OPTION_INVALID`, and as `set`. If the store fails halfway, no user is signed in.
   */
  login(userId: string, options: LoginOptions<Data> = {}): Promise<void> {
    refuseCallback(this, 'login', arguments)
    return inLine(this, () => login(viewOf(this), userId, options))
  }

  /**
   * Demands that this person signed in not longer than `maxAge` ago, before something sensitive.
   * Send them to sign in again otherwise (ASVS V7.5.1).
   * @throws `ERR_NOT_FRESH`, or `ERR_UNAUTHENTICATED` if no user is signed in
   */
  requireFresh(maxAge: Duration): void {
    const limit = milliseconds(maxAge, 'requireFresh')
    if (this.authenticatedAt === null) throw unauthenticated()
    if (requestSessionOf(this).clock.now() - this.authenticatedAt > limit) throw notFresh()
  }

  /**
   * A text for a hidden field of a form, for `verifyCsrfToken` to check when it comes back: only
   * pages of this session have one. `null` while nothing is stored; `start()` changes that.
   *
   * Nothing is written for it. It is another text each time, all are valid, and all end with the
   * session's token: at `login`, `rotate` and `logout`.
   *
   * @param purpose what the form is for; a token serves no other
   */
  csrfToken(purpose = ''): string | null {
    const { living } = requestSessionOf(this)
    return living === null ? null : createCsrfToken(living.identity.token, purpose)
  }

  /** Whether a text, such as `form.get('csrf')`, is a `csrfToken` of this session and purpose. */
  verifyCsrfToken(text: unknown, purpose = ''): boolean {
    const { living } = requestSessionOf(this)
    return living !== null && isCsrfToken(text, living.identity.token, purpose)
  }

  /**
   * Signs out: ends the session at the store, then clears the cookie. If the store fails, neither happens.
   * @throws as `destroy`
   */
  logout(): Promise<void> {
    refuseCallback(this, 'logout', arguments)
    return this.destroy('logout')
  }

  /**
   * Gives the session a new token and kills the old one, at once or after a `grace`. The data, the
   * user and the absolute lifetime stay, unless overridden.
   *
   * `rotate({ after: '15m', grace: '30s' })` renews the token every quarter of an hour. Of several
   * requests that come upon this at once one does it, and the others go on with its result.
   * @throws `ERR_OPTION_INVALID`, and as `set`
   */
  rotate(options: RotateOptions = {}): Promise<void> {
    refuseCallback(this, 'rotate', arguments)
    return inLine(this, () => rotate(viewOf(this), options))
  }

  /**
   * Ends the session, with a reason that the browser's next request can read as `ended`.
   * A later write with this handle begins a new, anonymous session.
   * @throws `ERR_SESSION_READONLY`, `ERR_STORE_*`, and `ERR_SESSION_CONFLICT` if another request
   * gave the session a new token: then it lives on, and only the new cookie can end it
   */
  destroy(reason: EndReason = 'logout'): Promise<void> {
    refuseCallback(this, 'destroy', arguments)
    checkEndReason(reason)
    return inLine(this, (current) => endSession(current, reason))
  }

  /** Moves the idle deadline now. Reading a session does this by itself, not more than once a minute. */
  touch(): Promise<void> {
    refuseCallback(this, 'touch', arguments)
    return inLine(this, async (current) => void (await current.touch()))
  }

  /** Waits until every write of this handle is stored; throws the first failure that was not awaited. */
  commit(): Promise<void> {
    refuseCallback(this, 'commit', arguments)
    return requestSessionOf(this).journal.settle()
  }
}

/** Does something after all earlier writes and before all later ones. */
function inLine<T>(session: Handle, work: (current: RequestSession) => Promise<T>): Promise<T> {
  const current = requestSessionOf(session)
  const { journal } = current
  return journal.writes.observe(journal.exclusive(() => work(current)))
}

Object.defineProperties(Session.prototype, FOREIGN)
freezeShared(Session)
