/**
 * Moving the sessions of another library over: a browser that brings its cookie gets one of ours,
 * with the data and the person signed in, and is not logged out.
 *
 * Each old session moves once, whatever arrives at the same time: a pointer under a key made of the
 * old id is created first, and leads to the new record (see `grace.ts`). A request that can send no
 * cookie, such as a render, is served through the pointer; the first that can gets the token.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import type { Context } from './context.ts'
import { findTokens } from './cookie.ts'
import { Deadline } from './deadline.ts'
import { confirm, enroll } from './directory.ts'
import { encodeValues } from './encoded-values.ts'
import { isSessionError, storeError, type SessionErrorCode } from './errors.ts'
import { storeErrorEvent } from './events.ts'
import { fieldName } from './field.ts'
import { followPointer, point } from './grace.ts'
import { beginning, lifetimeOf } from './lifetime.ts'
import { arrive } from './opening.ts'
import { decodeMeta, encodeMeta, type RecordMeta } from './record.ts'
import { keyTaken } from './refusals.ts'
import type { PlainData } from './schema.ts'
import { checkSize } from './size.ts'
import { isAlive, type LoadedRecord, type MaybePromise } from './store.ts'
import { reissue } from './succession.ts'
import { createToken, digest, identify } from './token.ts'

/** What another library knows of a session. */
export interface OldSession {
  data: PlainData
  /** Who is signed in. */
  userId?: string | undefined
  /** When the old session ends, in epoch milliseconds. */
  expiresAt?: number | undefined
}

/** What another library's sessions look like. */
export interface OldLibrary {
  /** Which library: keeps equal ids of two apart. */
  readonly kind: string
  /** The cookie that the other library sends. */
  readonly cookie: { name: string; path: string; domain?: string | undefined }
  /** Whether to leave the old session and its cookie in place, for a way back. */
  readonly keep: boolean
  /** Whether a cookie's value has the right form. Asks no store. */
  hasForm(value: string): boolean
  /** The id that a value carries, if the other library issued it; else `null`. Asks no store. */
  identify(value: string): MaybePromise<string | null>
  /** The old session; `null` if there is none. `now` is the store's clock. */
  load(id: string, now: number): Promise<OldSession | null>
  /** Ends the old session. */
  remove(id: string): Promise<void>
}

/** How to take over the sessions of another library. The functions of `sojourn/adopt` make them. */
export interface Adoption extends OldLibrary {
  /** Takes over the session of an old cookie, if the request brings one. Answers whether it did. */
  adopt(binding: Binding): Promise<boolean>
}

/** In the pointer: the new record has been made. */
const DONE = '%done'
/** How often the move of one session may fail before it is given up. */
const ATTEMPTS = 5
/** After this many milliseconds a move that has not been finished counts as failed. */
const MOVE_TIME = 30_000

/** Makes the adoption of a library's sessions; what needs none does not load this module. */
export function adoptionOf(library: OldLibrary): Adoption {
  return {
    ...library,
    async adopt(binding) {
      const id = await oldId(binding, this)
      return id !== null && adoptOne(binding, this, id)
    },
  }
}

async function oldId(binding: Binding, adoption: OldLibrary): Promise<string | null> {
  const values = { read: (value: string) => (adoption.hasForm(value) ? value : null), write: String }
  const candidates = findTokens(binding.channel.header ?? '', adoption.cookie.name, values)
  const ids = await Promise.all(candidates.map(async (value) => adoption.identify(value)))
  const [id = null, other] = ids.filter((found) => found !== null)
  if (other === undefined) return id
  binding.context.emit({ type: 'ambiguous' })
  return null
}

/** Answers false if there is nothing to take over. */
async function adoptOne(binding: Binding, adoption: OldLibrary, id: string): Promise<boolean> {
  const { context } = binding
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pointer = await digest(`adopted ${JSON.stringify([adoption.kind, id, attempt])}`)
    const found = await context.store.load(pointer)
    if (found !== null && !isAlive(found)) continue
    if (found === null && !(await move(context, adoption, id, pointer))) return false
    const next = await followPointer(context, pointer, id)
    if (next === null) return false
    if (next.answer === null && found !== null && wasLeftUndone(context, found)) {
      await context.store.destroy(pointer, 'revoked')
      continue
    }
    if (isAlive(next.answer)) {
      await arrive(binding, next.identity, next.answer, true)
      await tell(binding, adoption)
    } else binding.ended = next.answer?.ended ?? null
    return true
  }
  return false
}

/** Makes the new record. Answers false if there is no old session that it could be made of. */
async function move(context: Context, adoption: OldLibrary, id: string, pointer: string): Promise<boolean> {
  const { store, settings } = context
  const now = await store.now()
  const old = await bounded(context, adoption.kind, 'load', adoption.load(id, now))
  const fields = old === null ? null : fieldsOf(old, settings.maxBytes)
  if (old === null || fields === null) return false

  const identity = await identify(createToken())
  const { userId } = old
  // When they signed in nobody knows, so it is not fresh.
  const person = userId === undefined ? {} : { userId, authenticatedAt: 1 }
  const meta: RecordMeta = { ...beginning(settings, now), ...person }
  const life = Math.max(settings.absolute, (old.expiresAt ?? 0) - now)
  if (!(await point(context, pointer, identity.key, now, life))) return true
  try {
    await enroll(context, identity, meta, null)
    const record = { meta: encodeMeta(meta, settings.app), fields }
    if (!(await store.create(identity.key, record, lifetimeOf(meta)))) throw keyTaken()
    await confirm(context, identity, meta)
    await store.update(pointer, { set: new Map([[DONE, '1']]) }, { idle: life, absoluteAt: now + life })
  } catch (error) {
    await store.destroy(pointer, 'revoked')
    throw error
  }
  context.emit({ type: 'adopted', id: identity.id, from: adoption.kind })
  // The pointer keeps it from moving again, should it stay.
  if (!adoption.keep) await bounded(context, adoption.kind, 'remove', adoption.remove(id)).catch(() => {})
  return true
}

/** Whether a move was begun and never finished, by a process that ended for example. */
function wasLeftUndone({ settings }: Context, pointer: LoadedRecord): boolean {
  const begun = decodeMeta(pointer.meta, settings.app)?.createdAt ?? pointer.now
  return !pointer.fields.has(DONE) && pointer.now - begun > MOVE_TIME
}

/** Gives the browser a token of ours, where a cookie can be sent, and takes the old cookie away. */
async function tell(binding: Binding, { cookie, keep }: OldLibrary): Promise<void> {
  try {
    await reissue(binding)
  } catch (error) {
    const later: SessionErrorCode[] = ['ERR_SESSION_READONLY', 'ERR_HEADERS_SENT', 'ERR_SESSION_GONE']
    if (later.some((code) => isSessionError(error, code))) return
    throw error
  }
  const ours = binding.context.settings.cookie
  if (keep || cookie.name === ours.name || binding.living?.byOldToken !== false) return
  const { domain, ...attributes } = { ...ours, ...cookie }
  binding.channel.send({ ...attributes, ...(domain !== undefined && { domain }), value: '', maxAge: 0 })
}

/** The data as fields, those of version 1; `null` if they cannot be stored here. */
function fieldsOf({ data }: OldSession, maxBytes: number): Map<string, string> | null {
  try {
    const { set } = encodeValues(data, Object.keys(data), (key) => fieldName('', key))
    checkSize(set, maxBytes)
    return set
  } catch {
    return null
  }
}

async function bounded<T>(context: Context, kind: string, operation: string, work: Promise<T>): Promise<T> {
  const fail = (code: 'ERR_STORE_UNAVAILABLE' | 'ERR_STORE_TIMEOUT', cause?: unknown): Error => {
    const error = storeError(code, kind, cause)
    context.emit(storeErrorEvent(kind, operation, error))
    return error
  }
  return new Deadline(context.settings.timeout).race(work, {
    succeeded: () => {},
    failed: (error) => fail('ERR_STORE_UNAVAILABLE', error),
    late: () => fail('ERR_STORE_TIMEOUT'),
  })
}
