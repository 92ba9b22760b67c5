/**
 * The handle that an application holds: one session in one request.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import { outlineOf, type SessionOutline } from './client-session.ts'
import { createCsrfToken, isCsrfToken } from './csrf-token.ts'
import { milliseconds, type Duration } from './duration.ts'
import { invalidOption } from './errors.ts'
import { readFlash, writeFlash } from './flash.ts'
import { MAX_GRACE } from './grace.ts'
import { kept, type Keep } from './keep.ts'
import { Namespace } from './namespace.ts'
import { resolveLifetime, type LifetimeOptions } from './options.ts'
import { beginning } from './lifetime.ts'
import { notFresh, unauthenticated } from './refusals.ts'
import type { PlainData } from './schema.ts'
import type { Shape } from './shape.ts'
import { checkUserId, placeOf } from './sign-in.ts'
import { overgrowth } from './size.ts'
import type { EndReason } from './store.ts'
import { LOST_AFTER, succeed } from './succession.ts'

/** Options of `login`. */
export interface LoginOptions<Data extends object> extends LifetimeOptions {
  /** Data to store in the same step. */
  data?: Partial<Data>
  /**
   * What to carry over from before. Default: everything, unless another user was signed in;
   * then nothing.
   */
  keep?: Keep
  /** What to call this device in a list of the user's sessions, at most 200 characters. Default: nothing is kept. */
  device?: string | undefined
  /**
   * The visitor's network address. Only its network is kept, to show it in a list: the first 24
   * bits of IPv4, 48 of IPv6. What is no address is left out. Default: nothing is kept.
   */
  address?: string | undefined
}

/** Options of `rotate`. */
export interface RotateOptions extends LifetimeOptions {
  /**
   * For renewing the token now and then, with no change of rights: the old token stays good until
   * the new one is first seen, at most this long, so that requests under way and a lost answer log
   * nobody out. At most `'30s'`. Default: none; the old token is dead at once.
   */
  grace?: Duration | undefined
  /** Does nothing if the token is younger than this. Default: rotates always. */
  after?: Duration | undefined
}

/**
 * A session. Nothing is stored and no cookie is sent until the first write.
 *
 * The object is for the server only: it cannot be serialised, and shows nothing but its
 * public id when it is printed or turned into JSON.
 */
export class Session<Data extends object = PlainData> extends Namespace<Data> {
  #flashed: Map<string, unknown> | null = null

  /** @internal */
  constructor(binding: Binding, shape: Shape | null) {
    super(binding, '', shape)
  }

  /** The public id: safe to log and show, useless as a credential. `null` until something is stored. */
  get id(): string | null {
    return this.binding.living?.identity.id ?? null
  }

  /** Whether the request came without a living session. */
  get isNew(): boolean {
    return this.binding.isNew
  }

  /** When the session began, in epoch milliseconds. Rotation does not change it. */
  get createdAt(): number | null {
    return this.binding.living?.meta.createdAt ?? null
  }

  /** When the session ends if no further request comes, in epoch milliseconds on the store's clock. */
  get expiresAt(): number | null {
    return this.binding.living?.expiresAt ?? null
  }

  /** Who is signed in, as given to `login`; `null` if nobody is. */
  get userId(): string | null {
    return this.binding.living?.meta.userId ?? null
  }

  /** When that person signed in, in epoch milliseconds. */
  get authenticatedAt(): number | null {
    return this.binding.living?.meta.authenticatedAt ?? null
  }

  /** Why the session that this browser brought is no more; `null` if it lives, or if the store no longer knows. */
  get ended(): EndReason | null {
    return this.binding.ended
  }

  /** All values of the default namespace, as a plain object of your own. */
  get data(): Readonly<Partial<Data>> {
    return this.getAll()
  }

  /** What its browser may know of it besides data. @internal */
  outline(): SessionOutline {
    return outlineOf(this.binding)
  }

  /** Another set of values in the same session; `''` is the default one. */
  namespace<Values extends object = PlainData>(name: string): Namespace<Values> {
    if (name === '') return this as unknown as Namespace<Values>
    return new Namespace<Values>(this.binding, name, null)
  }

  /**
   * Stores the session even though it may hold nothing yet, so that it has an id.
   * @throws as `set`
   */
  start(): Promise<string> {
    return this.#inLine(() => this.binding.start())
  }

  /**
   * Stores a message for the next request.
   * @throws as `set`
   */
  flash(key: string, value: unknown): Promise<void> {
    return this.observe(writeFlash(this.binding, key, value))
  }

  /** Reads a message of an earlier request and removes it. Works in a render. */
  readFlash<Value = unknown>(key: string): Value | undefined {
    return readFlash(this.binding, key, (this.#flashed ??= new Map())) as Value | undefined
  }

  /**
   * Signs a person in: a new token, so that nobody who knew the old one is signed in with
   * them (session fixation, ASVS V7.2.4), and the user id bound to the record.
   *
   * @param userId your own identifier of the person, 1 to 1,024 characters
   * @throws `ERR_OPTION_INVALID`, and as `set`. If the store fails halfway, nobody is signed in.
   */
  login(userId: string, options: LoginOptions<Data> = {}): Promise<void> {
    return this.#inLine(() => this.#login(userId, options))
  }

  /**
   * Demands that this person signed in not longer than `maxAge` ago, before something sensitive.
   * Send them to sign in again otherwise (ASVS V7.5.1).
   * @throws `ERR_NOT_FRESH`, or `ERR_UNAUTHENTICATED` if nobody is signed in
   */
  requireFresh(maxAge: Duration): void {
    const limit = milliseconds(maxAge, 'requireFresh')
    if (this.authenticatedAt === null) throw unauthenticated()
    if (this.binding.clock.now() - this.authenticatedAt > limit) throw notFresh()
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
    const { living } = this.binding
    return living === null ? null : createCsrfToken(living.identity.token, purpose)
  }

  /** Whether a text, such as `form.get('csrf')`, is a `csrfToken` of this session and purpose. */
  verifyCsrfToken(text: unknown, purpose = ''): boolean {
    const { living } = this.binding
    return living !== null && isCsrfToken(text, living.identity.token, purpose)
  }

  /**
   * Signs out: ends the session at the store, then clears the cookie. If the store fails, neither happens.
   * @throws as `destroy`
   */
  logout(): Promise<void> {
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
    return this.#inLine(() => this.#rotate(options))
  }

  /**
   * Ends the session, with a reason that the browser's next request can read as `ended`.
   * A later write with this handle begins a new, anonymous session.
   * @throws `ERR_SESSION_READONLY`, `ERR_STORE_*`, and `ERR_SESSION_CONFLICT` if another request
   * gave the session a new token meanwhile: then it lives on, and only the new cookie can end it
   */
  destroy(reason: EndReason = 'logout'): Promise<void> {
    return this.#inLine(() => this.binding.destroy(reason))
  }

  /** Moves the idle deadline now. Reading a session does this by itself, not more than once a minute. */
  touch(): Promise<void> {
    return this.#inLine(async () => void (await this.binding.touch()))
  }

  /** Waits until every write of this handle is stored; throws the first failure that nobody awaited. */
  commit(): Promise<void> {
    return this.binding.journal.settle(this.binding.computing > 0)
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    return this.observe(this.binding.journal.exclusive(work))
  }

  async #login(userId: string, options: LoginOptions<Data>): Promise<void> {
    checkUserId(userId)
    const { binding } = this
    const lifetime = resolveLifetime(binding.context.settings, options)
    const { set, removed } = await this.encodeData({ ...options.data })
    const place = placeOf(options)
    const previous = this.userId
    const keep = options.keep ?? (previous === null || previous === userId)
    const fields = (old: ReadonlyMap<string, string>): Map<string, string> => {
      const all = new Map([...kept(this.inherit(old), keep), ...set])
      for (const name of removed) all.delete(name)
      return all
    }
    const before = binding.journal.fields
    const refusal = overgrowth(before, fields(before), binding.context.settings.maxBytes)
    if (refusal !== null) throw refusal
    await succeed(binding, {
      lifetime,
      required: false,
      grace: 0,
      fields,
      userId,
      meta: (now) => ({ ...beginning(lifetime, now), userId, authenticatedAt: now, ...place }),
    })
  }

  async #rotate(options: RotateOptions): Promise<void> {
    const { binding } = this
    const grace = options.grace === undefined ? 0 : milliseconds(options.grace, 'grace')
    if (grace > MAX_GRACE) throw invalidOption("grace: is longer than '30s'. Shorten it.")
    const after = options.after === undefined ? 0 : milliseconds(options.after, 'after')
    if (binding.living === null) return
    const { meta, byOldToken } = binding.living
    const wait = byOldToken && grace > 0 ? LOST_AFTER : after
    if (binding.clock.now() - (meta.rotatedAt ?? meta.createdAt) < wait) return
    const { idle, persist } = meta
    // Against the whole lifetime, not against what is left of it: near its end '24h' is no error.
    const lifetime = resolveLifetime({ idle, absolute: meta.absoluteAt - meta.createdAt, persist }, options)
    const isExtended = options.absolute !== undefined
    await succeed(binding, {
      grace,
      lifetime: {
        ...lifetime,
        absolute: isExtended ? lifetime.absolute : meta.absoluteAt - binding.clock.now(),
      },
      required: true,
      fields: (old) => this.inherit(old),
      userId: meta.userId,
      meta: (now) => ({
        ...meta,
        idle: lifetime.idle,
        persist: lifetime.persist,
        absoluteAt: isExtended ? now + lifetime.absolute : meta.absoluteAt,
        rotatedAt: now,
      }),
    })
  }
}
