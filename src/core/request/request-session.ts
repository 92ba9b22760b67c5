/**
 * One session bound to one request: which record the request speaks of, and every
 * step between that record, the store and the cookie.
 *
 * **Anonymous**: there is no record yet; the first write creates one. **Alive**: writes update
 * the record. **Gone**: a write found that another request had ended the session; this one can
 * write no more, so that nothing of the old session comes back.
 *
 * @module
 */

import { applyToNothing, type Applied } from './batch.ts'
import type { CookieChannel } from '../browser/channel.ts'
import type { Context } from '../settings.ts'
import { isSessionError } from '../errors.ts'
import { Journal, type JournalHost } from './journal.ts'
import { beginning, cookieMaxAge, expiresIn, lifetimeOf, type LifetimeSettings } from '../record/lifetime.ts'
import { SentCookies } from './sent-cookies.ts'
import { decodeMeta, encodeMeta, type Living, type RecordMeta } from '../record/meta.ts'
import { changedMeanwhile, gone, keyTaken, revokedMeanwhile, withheld } from '../session-errors.ts'
import { outgrown, withLimits } from '../record/size.ts'
import { SteadyClock } from '../record/steady-clock.ts'
import { isAlive, type Change, type EndReason, type LoadedRecord, type UpdateResult } from '../store.ts'
import { createToken, identify, type Identity } from '../record/token.ts'
import { isWithheld } from '../browser/withheld.ts'

/** See the module. */
export class RequestSession implements JournalHost {
  readonly context: Context
  readonly channel: CookieChannel
  readonly journal: Journal
  readonly clock: SteadyClock = new SteadyClock()
  /** The record, if there is one. */
  living: Living | null = null
  /** Why the session that the request brought is no more. */
  ended: EndReason | null = null
  /** Whether the request came without a living session. */
  isNew = true
  /** How many computations of `update` are running. */
  computing = 0
  /** Whether the record is being replaced, and the cookie of the next one is on its way. */
  isSucceeding = false
  /** Ends the sessions of all tokens of a request that is anonymous because it brings several. */
  endRivals: ((reason: EndReason) => Promise<void>) | null = null
  #gone = false
  #sent: SentCookies | null = null
  /** Chosen when the first write begins, since the cookie is announced before the store is asked. */
  #nextToken: string | null = null

  constructor(context: Context, channel: CookieChannel) {
    this.context = context
    this.channel = channel
    this.journal = new Journal(this, context.settings.maxBytes, channel.abandoned)
    channel.attach?.(this.journal.writes)
  }

  /** Made when the first cookie is sent: most requests send none. */
  get #cookies(): SentCookies {
    return (this.#sent ??= new SentCookies(this.channel, this.context.settings))
  }

  /** Whether the browser may have withheld the cookie of a session that is not to be replaced. */
  get isWithheld(): boolean {
    return isWithheld(this.channel, this.context.settings)
  }

  /** Takes a loaded record as this request's session. */
  adopt(identity: Identity, meta: RecordMeta, record: LoadedRecord, byOldToken: boolean): void {
    this.clock.set(record.now)
    this.living = { identity, meta, expiresAt: record.now + record.expiresIn, byOldToken }
    this.isNew = false
    this.journal.replace(record.fields)
  }

  announce(): () => void {
    this.assertNotGone()
    this.channel.assertWritable?.()
    if (this.isSucceeding) return () => {}
    // Whether there is anything to create, and so to refuse, is known later.
    if (this.living === null && this.isWithheld) return () => {}
    if (this.living === null)
      return this.#announceToken((this.#nextToken ??= createToken()), this.context.settings)
    if (this.living.byOldToken || this.channel.resend !== true || !this.#cookies.isEmpty) return () => {}
    return this.#announceAgain(this.living)
  }

  async send(change: Change, undo: () => void): Promise<Applied> {
    this.assertNotGone()
    if (this.living === null) return this.#createWith(change, undo)
    const result = await this.#update(change)
    if (result.status === 'ok') return result
    throw changedMeanwhile()
  }

  /** Applies a change only if fields still hold what is expected; answers whether they did. */
  async compareAndSet(change: Change): Promise<boolean> {
    const undo = this.announce()
    try {
      if (this.living !== null) return (await this.#update(change)).status === 'ok'
      await this.#createWith(change, undo)
      return true
    } catch (error) {
      undo()
      throw error
    }
  }

  /** Reads the record again. */
  async reload(): Promise<void> {
    if (this.living === null) return
    const answer = await this.context.store.load(this.living.identity.key)
    if (!isAlive(answer)) throw this.lose(answer?.ended)
    if (decodeMeta(answer.meta, this.context.settings.app) === null) {
      await this.context.store.verify?.(this.living.identity.key)
      throw this.lose(undefined)
    }
    this.living.expiresAt = answer.now + answer.expiresIn
    this.journal.replace(answer.fields)
  }

  /** Moves the idle deadline. Answers false if the session is gone. */
  async touch(): Promise<boolean> {
    if (this.living === null) return false
    const { identity, meta } = this.living
    if (!(await this.context.store.touch(identity.key, lifetimeOf(meta)))) return false
    this.#moved()
    this.context.emit({ type: 'touched', id: identity.id })
    return true
  }

  /** Creates the record if there is none, though it holds nothing; answers its id. */
  async start(): Promise<string> {
    this.assertNotGone()
    return (this.living ?? (await this.#begin(new Map()))).identity.id
  }

  /**
   * Sends the next token, before the record is replaced; until `isSucceeding` is false again,
   * writes announce nothing. Returns how to take it back.
   */
  announceSuccessor(token: string, lifetime: LifetimeSettings | RecordMeta, isSignIn: boolean): () => void {
    const undo = this.#announceToken(token, lifetime, isSignIn)
    this.isSucceeding = true
    return undo
  }

  /** Clears the cookie; returns how to take that back. */
  announceEnd(): () => void {
    return this.#cookies.sendClearing()
  }

  /** Notes that the session has ended, by this request. A later write begins another one. */
  noteEnd(reason: EndReason | null): void {
    this.living = null
    this.#nextToken = null
    this.journal.replace(new Map())
    this.ended = reason
  }

  /** Stores the first state of a record, and takes it as this request's session. */
  async create(
    identity: Identity,
    meta: RecordMeta,
    fields: Map<string, string>,
    now: number,
  ): Promise<Living> {
    const { store, settings, emit } = this.context
    const record = { meta: encodeMeta(meta, settings.app), fields }
    const isCreated = await store.create(identity.key, record, lifetimeOf(meta))
    // Ending what is listed but not created yet may hold its key for a moment.
    if (!isCreated) throw meta.userId === undefined ? keyTaken() : revokedMeanwhile()
    this.clock.set(now)
    this.living = { identity, meta, expiresAt: now + expiresIn(lifetimeOf(meta), now), byOldToken: false }
    this.#gone = false
    this.journal.replace(fields)
    emit({ type: 'created', id: identity.id })
    return this.living
  }

  /** Notes that the session has ended under this request's hands; answers the error to throw. */
  lose(reason: EndReason | undefined): Error {
    this.noteEnd(reason ?? null)
    this.#gone = true
    return gone()
  }

  /** @throws `ERR_SESSION_GONE` if a write has found that the session has ended */
  assertNotGone(): void {
    if (this.#gone) throw gone()
  }

  async #update(change: Change): Promise<Extract<UpdateResult, { status: 'ok' | 'conflict' }>> {
    if (this.living === null) throw gone()
    const { identity, meta } = this.living
    const { store, settings } = this.context
    const limited = withLimits(change, settings.maxBytes)
    const result = await store.update(identity.key, limited, lifetimeOf(meta))
    if (result.status === 'gone') throw this.lose(result.ended)
    if (result.status === 'too-large') throw outgrown(settings.maxBytes)
    if (result.status === 'ok') this.#moved()
    return result
  }

  async #createWith(change: Change, undo: () => void): Promise<Applied> {
    const { fields, applied } = applyToNothing(change)
    if (fields.size === 0) undo()
    else await this.#begin(fields)
    return applied
  }

  async #begin(fields: Map<string, string>): Promise<Living> {
    const { store, settings } = this.context
    if (this.isWithheld) throw withheld(settings.cookie.sameSite)
    const token = (this.#nextToken ??= createToken())
    // The write announced it when it was made, unless a logout came in between.
    const undo = this.#cookies.carries(token) ? () => {} : this.#announceToken(token, settings)
    try {
      const now = await store.now()
      return await this.create(await identify(token), beginning(settings, now), fields, now)
    } catch (error) {
      undo()
      throw error
    } finally {
      // Never tried twice: after a timeout nobody knows whether the key is taken.
      this.#nextToken = null
    }
  }

  /** The browser has it: where it is too late, nothing is lost. */
  #announceAgain({ identity, meta }: Living): () => void {
    try {
      return this.#announceToken(identity.token, meta)
    } catch (error) {
      if (isSessionError(error, 'ERR_HEADERS_SENT')) return () => {}
      throw error
    }
  }

  #announceToken(token: string, lifetime: LifetimeSettings | RecordMeta, isSignIn = false): () => void {
    const maxAge = cookieMaxAge(lifetime, this.clock.now())
    return this.#cookies.sendToken(token, maxAge, isSignIn)
  }

  #moved(): void {
    if (this.living === null) return
    const now = this.clock.now()
    this.living.expiresAt = now + expiresIn(lifetimeOf(this.living.meta), now)
  }
}
