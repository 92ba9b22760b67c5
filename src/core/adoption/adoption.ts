/**
 * Moving the sessions of another library over: a browser that brings its cookie gets one of ours,
 * with the data and the person signed in, and is not logged out.
 *
 * Every step can be done twice. A receipt is made first (see `receipt.ts`); from then on all
 * requests with the old cookie come to the same token and key, so that they share one record,
 * no matter which creates it, and what a process left undone is done by the next. In this order: the
 * receipt, the record, a look at what was stored, a note in the receipt that it is done. Only then
 * is the request served, and the old session removed.
 *
 * @module
 */

import { adoptable, type Adopted } from './adoptable.ts'
import type { RequestSession } from '../request/request-session.ts'
import { TimeLimit } from '../wrappers/time-limit.ts'
import { confirm, addToLists, listFor } from '../users/session-lists.ts'
import { isSessionError, storeError } from '../errors.ts'
import { storeErrorEvent } from '../events.ts'
import { followSuccessor } from '../request/successor.ts'
import { finishReceipt, issueReceipt, readReceipt, type Claim, type Receipt } from './issued-receipt.ts'
import { announce, clearOld, handOver } from './handover.ts'
import { beginning } from '../record/lifetime.ts'
import type { OldLibrary, OldSession } from './old-library.ts'
import { arrive } from '../request/open.ts'
import { backOff } from '../contention.ts'
import { RECEIPT, receiptField } from '../request/receipt.ts'
import type { RecordMeta } from '../record/meta.ts'
import { MISSING, type Found, type Records } from '../record/records.ts'
import { createToken, identify, listOfToken, type Identity } from '../record/token.ts'

/** How to take over the sessions of another library. The functions of `sojourn/adopt` make them. */
export interface Adoption {
  /** Takes over the session of an old cookie, if the request brings one. Answers whether it did. */
  adopt(current: RequestSession): Promise<boolean>
}

/** So many milliseconds after its receipt a session counts as begun with it, by any request. */
const MOVE_TIME = 60_000
/** Looks at a record that was just created, about a second in all. */
const MAX_LOOKS = 40

/** Makes the adoption of a library's sessions; what needs none does not load this module. */
export function adoptionOf(library: OldLibrary): Adoption {
  return {
    async adopt(current) {
      const id = await oldId(current, library)
      return id !== null && adoptOne(current, { context: current.context, library, id })
    },
  }
}

async function oldId(current: RequestSession, library: OldLibrary): Promise<string | null> {
  const candidates = library.candidates(current.channel.header ?? '')
  const ids = await Promise.all(candidates.map(async (candidate) => library.identify(candidate)))
  const [id = null, ...others] = new Set(ids.filter((found) => found !== null))
  if (others.length === 0) return id
  current.context.emit({ type: 'ambiguous' })
  return null
}

/** Answers false if there is nothing to take over. */
async function adoptOne(current: RequestSession, claim: Claim): Promise<boolean> {
  const { context, library } = claim
  const now = await context.records.now()
  // Before the receipt: a session that has been removed has a receipt by then.
  const old = await load(claim, now)
  if (!library.isUnique && old !== null && !(old instanceof Error)) {
    const chosen = choose(claim, old)
    if (chosen === null) return false
    if (chosen.userId === undefined) return adoptAlone(current, claim, chosen, now)
  }
  let receipt = await readReceipt(claim)
  let found: Found | undefined
  if (receipt?.isDone !== true) {
    if (old instanceof Error) throw old
    const chosen = old === null ? null : choose(claim, old)
    if (old === null || chosen === null) return false
    receipt ??= await issueReceipt(claim, old, await listFor(context, chosen.userId), now)
    if (receipt === null) return false
    if (!receipt.isDone) {
      found = await establish(claim, receipt, chosen, now)
      if (found === undefined) return false
    }
  }
  if (old !== null && !(old instanceof Error) && !library.keep) await remove(claim)
  const { identity } = receipt
  if (identity !== null)
    await enter(
      current,
      library,
      identity,
      found ?? (await context.records.load(identity.key, listOfToken(identity.token))),
    )
  return true
}

/** Makes the new record. Answers what became of it; `undefined` if it cannot be made. */
async function establish(
  claim: Claim,
  receipt: Receipt,
  chosen: Adopted,
  now: number,
): Promise<Found | undefined> {
  const { context, library } = claim
  const { records, settings } = context
  const { identity } = receipt
  if (identity === null) return MISSING
  const { userId } = chosen
  // When they signed in is not known, so it is not fresh.
  const person = userId === undefined ? {} : { userId, authenticatedAt: 1 }
  const begun = now - receipt.createdAt < MOVE_TIME ? receipt.createdAt : now
  const meta: RecordMeta = { ...beginning(settings, begun), ...person }
  const fields = new Map(chosen.fields)
  if (library.isUnique) fields.set(RECEIPT, receiptField(receipt.key, receipt.until))

  let found: Found
  let isCreated = false
  try {
    const { count } = await addToLists(context, identity, meta, null)
    isCreated = await records.create(identity.key, meta, fields)
    found = await look(records, identity.key)
    if (!isReadable(found, userId))
      return refuse(claim, 'The new session cannot be read back from the store.')
    if (found.state === 'alive') await confirm(context, identity, meta, count)
  } catch (error) {
    if (isSessionError(error, 'ERR_TOO_MANY_SESSIONS')) return refuse(claim, error.message)
    if (!isSessionError(error, 'ERR_SESSION_GONE')) throw error
    // When an old session began is not known. One that begins there later must not be ended for it.
    if (!isCreated)
      return refuse(claim, 'All sessions of this person were ended, perhaps after this one began.')
    // They were ended after that.
    found = { state: 'ended', reason: 'revoked' }
  }
  await finishReceipt(claim, receipt, now)
  if (isCreated) context.emit({ type: 'adopted', id: identity.id, from: library.kind })
  return found
}

/** Reads the new record, which a replica may not have yet. */
async function look(records: Records, key: string): Promise<Found> {
  let found = await records.load(key)
  for (let look = 1; found.state === 'missing' && look < MAX_LOOKS; look++) {
    await backOff(look)
    found = await records.load(key)
  }
  return found
}

function isReadable(found: Found, userId: string | undefined): boolean {
  if (found.state === 'alive') return found.meta.userId === userId
  return found.state === 'ended' || found.state === 'overdue'
}

/** Serves the request with the new record, and tells the browser of it, where a cookie can be sent. */
async function enter(
  current: RequestSession,
  library: OldLibrary,
  identity: Identity,
  found: Found,
): Promise<void> {
  if (found.state === 'alive') {
    // The token is the one that the browser will have.
    current.arrive(identity, found, false)
    handOver(current, library)
  } else if (found.state === 'ended' && found.reason === 'rotated') {
    const next = await followSuccessor(current.context.records, identity)
    if (next?.found.state === 'alive') await arrive(current, next.identity, next.found, true)
    else current.noteEnd('rotated')
  } else await arrive(current, identity, found, true)
}

/**
 * For a cookie that other browsers may hold too, of a visitor who is not signed in: a session of its
 * own. Where no cookie can be sent there is none yet, and only the data is shown.
 */
async function adoptAlone(
  current: RequestSession,
  { context, library }: Claim,
  { fields }: Adopted,
  now: number,
): Promise<boolean> {
  const { settings, emit } = context
  const identity = await identify(createToken())
  const undo = announce(current, identity.token, settings)
  if (undo === null) {
    current.journal.replace(fields)
    return true
  }
  try {
    await current.create(identity, beginning(settings, now), new Map(fields), now)
  } catch (error) {
    undo()
    throw error
  }
  emit({ type: 'adopted', id: identity.id, from: library.kind })
  clearOld(current, library)
  return true
}

/** What to take from the old session; `null` if it cannot be taken over. */
function choose(claim: Claim, old: OldSession): Adopted | null {
  const chosen = adoptable(old, claim.library.selection, claim.context.settings.maxBytes)
  if (!('refused' in chosen)) return chosen
  refuse(claim, chosen.refused)
  return null
}

function refuse({ context, library }: Claim, reason: string): undefined {
  context.emit({ type: 'adoption-refused', from: library.kind, reason })
}

/** The old session; the error if its store failed, for where it is needed. */
async function load(claim: Claim, now: number): Promise<OldSession | null | Error> {
  try {
    return await bounded(claim, 'load', claim.library.load(claim.id, now))
  } catch (error) {
    if (isSessionError(error)) return error
    throw error
  }
}

/** A failure leaves that to the next request with the old cookie. */
async function remove(claim: Claim): Promise<void> {
  await bounded(claim, 'remove', claim.library.remove(claim.id)).catch(() => {})
}

async function bounded<T>({ context, library }: Claim, operation: string, work: Promise<T>): Promise<T> {
  const fail = (code: 'ERR_STORE_UNAVAILABLE' | 'ERR_STORE_TIMEOUT', cause?: unknown): Error => {
    const error = storeError(code, library.kind, cause)
    context.emit(storeErrorEvent(library.kind, operation, error))
    return error
  }
  return new TimeLimit(context.settings.timeout).race(work, {
    succeeded: () => {},
    failed: (error) => fail('ERR_STORE_UNAVAILABLE', error),
    late: () => fail('ERR_STORE_TIMEOUT'),
  })
}
