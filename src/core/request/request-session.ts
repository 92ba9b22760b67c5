/**
 * One session bound to one request: which record the request speaks of, and every
 * step between that record, the store and the cookie.
 *
 * **Anonymous**: there is no record yet; the first write creates one. **Alive**: writes update
 * the record. **Gone**: a write found that another request had ended the session; this one can
 * write no more, so that nothing of the old session comes back. Only the methods here move a
 * session from one state to another.
 *
 * @module
 */

import { applyToNothing, type Applied } from './batch.ts'
import type { CookieChannel } from '../browser/channel.ts'
import type { Context } from '../settings.ts'
import { Journal, type JournalHost } from './journal.ts'
import { beginning, expiresIn } from '../record/lifetime.ts'
import { SentCookies } from './sent-cookies.ts'
import type { Living, RecordMeta } from '../record/meta.ts'
import type { Fields, LivingRecord } from '../record/records.ts'
import { changedMeanwhile, gone, keyTaken, revokedMeanwhile, withheld } from '../session-errors.ts'
import { outgrown } from '../record/size.ts'
import { SteadyClock } from '../record/steady-clock.ts'
import type { Change, EndReason, UpdateResult } from '../store.ts'
import { createToken, identify, type Identity } from '../record/token.ts'
import { isWithheld } from '../browser/withheld.ts'

/** What becomes a request's session. */
type Arrival = Pick<LivingRecord, 'meta' | 'fields' | 'now' | 'expiresIn'>

/** See the module. */
export class RequestSession implements JournalHost {
  readonly context: Context
  readonly channel: CookieChannel
  readonly journal: Journal
  readonly clock: SteadyClock = new SteadyClock()
  readonly cookies: SentCookies
  #state: Living | 'anonymous' | 'gone' = 'anonymous'
  #ended: EndReason | null = null
  #isNew = true
  /** Whether the record is being replaced, and the cookie of the next one is on its way. */
  #isReplacing = false
  /** Ends the sessions of all tokens that an ambiguous request brings. */
  #endRivals: ((reason: EndReason) => Promise<void>) | null = null
  /** Chosen when the first write begins, since the cookie is announced before the store is asked. */
  #nextToken: string | null = null

  constructor(context: Context, channel: CookieChannel) {
    this.context = context
    this.channel = channel
    this.cookies = new SentCookies(channel, context.settings, this.clock)
    this.journal = new Journal(this, context.settings.maxBytes, channel.abandoned)
    channel.attach?.(this.journal.writes)
  }

  /** The record, if there is one. */
  get living(): Living | null {
    return typeof this.#state === 'string' ? null : this.#state
  }

  /** Why the session that the request brought is no more. */
  get ended(): EndReason | null {
    return this.#ended
  }

  /** Whether the request came without a living session. */
  get isNew(): boolean {
    return this.#isNew
  }

  /** Whether the session is anonymous because the request brings several tokens, and none is believed. */
  get isAmbiguous(): boolean {
    return this.#endRivals !== null
  }

  /** Whether the browser may have withheld the cookie of a session that is not to be replaced. */
  get isWithheld(): boolean {
    return isWithheld(this.channel, this.context.settings)
  }

  /** Takes a loaded record as this request's session. */
  arrive(identity: Identity, { meta, fields, now, ...record }: Arrival, byOldToken: boolean): void {
    this.clock.set(now)
    // The deadline in the store may be that of a longer lifetime, before its first use.
    this.#state = {
      identity,
      meta,
      expiresAt: now + Math.min(record.expiresIn, expiresIn(meta, now)),
      byOldToken,
    }
    this.#ended = null
    this.#isNew = false
    this.journal.replace(fields)
  }

  /** Believes none of the tokens of the request. `end` ends the sessions of all, when this one begins or ends. */
  distrust(end: (reason: EndReason) => Promise<void>): void {
    this.#endRivals = end
  }

  /** Ends the sessions of all tokens, if none of them was believed. */
  async endRivals(reason: EndReason): Promise<void> {
    await this.#endRivals?.(reason)
    this.#endRivals = null
  }

  /** Runs the replacement of the record; writes that are made while it runs send no cookie. */
  async replace<T>(work: () => Promise<T>): Promise<T> {
    this.#isReplacing = true
    try {
      return await work()
    } finally {
      this.#isReplacing = false
    }
  }

  announce(): () => void {
    this.assertNotGone()
    this.channel.assertWritable?.()
    if (this.#isReplacing) return () => {}
    // Whether there is anything to create, and so to refuse, is known later.
    if (this.living === null && this.isWithheld) return () => {}
    if (this.living === null)
      return this.cookies.sendToken((this.#nextToken ??= createToken()), this.context.settings)
    const { identity, meta, byOldToken } = this.living
    return byOldToken ? () => {} : this.cookies.resendToken(identity.token, meta)
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
    const found = await this.context.records.load(this.living.identity.key)
    if (found.state !== 'alive') throw this.lose(found.reason)
    this.living.expiresAt = found.now + found.expiresIn
    this.journal.replace(found.fields)
  }

  /** Moves the idle deadline. Answers false if the session is gone. */
  async touch(): Promise<boolean> {
    if (this.living === null) return false
    const { identity, meta } = this.living
    if (!(await this.context.records.touch(identity.key, meta))) return false
    this.#moved()
    this.context.emit({ type: 'touched', id: identity.id })
    return true
  }

  /** Creates the record if there is none, though it holds nothing; answers its id. */
  async start(): Promise<string> {
    this.assertNotGone()
    return (this.living ?? (await this.#begin(new Map()))).identity.id
  }

  /** Notes that the session has ended, by this request. A later write begins another one. */
  noteEnd(reason: EndReason | null): void {
    this.#state = 'anonymous'
    this.#ended = reason
    this.#nextToken = null
    this.journal.replace(new Map())
  }

  /** Stores the first state of a record, and takes it as this request's session. */
  async create(identity: Identity, meta: RecordMeta, fields: Fields, now: number): Promise<Living> {
    const { records, emit } = this.context
    const isCreated = await records.create(identity.key, meta, fields)
    // Ending what is listed but not created yet may hold its key for a moment.
    if (!isCreated) throw meta.userId === undefined ? keyTaken() : revokedMeanwhile()
    this.clock.set(now)
    const living = { identity, meta, expiresAt: now + expiresIn(meta, now), byOldToken: false }
    this.#state = living
    this.journal.replace(fields)
    emit({ type: 'created', id: identity.id })
    return living
  }

  /** Notes that the session has ended under this request's hands; answers the error to throw. */
  lose(reason: EndReason | null = null): Error {
    this.noteEnd(reason)
    this.#state = 'gone'
    return gone()
  }

  /** @throws `ERR_SESSION_GONE` if a write has found that the session has ended */
  assertNotGone(): void {
    if (this.#state === 'gone') throw gone()
  }

  async #update(change: Change): Promise<Extract<UpdateResult, { status: 'ok' | 'conflict' }>> {
    if (this.living === null) throw gone()
    const { identity, meta } = this.living
    const { records, settings } = this.context
    const result = await records.update(identity.key, meta, change)
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

  async #begin(fields: Fields): Promise<Living> {
    const { records, settings } = this.context
    if (this.isWithheld) throw withheld(settings.cookie.sameSite)
    const token = (this.#nextToken ??= createToken())
    // The write announced it when it was made, unless a logout came in between.
    const undo = this.cookies.carries(token) ? () => {} : this.cookies.sendToken(token, settings)
    try {
      const now = await records.now()
      return await this.create(await identify(token), beginning(settings, now), fields, now)
    } catch (error) {
      undo()
      throw error
    } finally {
      // Never tried twice: after a timeout it is unknown whether the key is taken.
      this.#nextToken = null
    }
  }

  #moved(): void {
    if (this.living === null) return
    const now = this.clock.now()
    this.living.expiresAt = now + expiresIn(this.living.meta, now)
  }
}
