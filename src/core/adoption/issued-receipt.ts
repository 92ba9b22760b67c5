/**
 * Making and reading the receipts of old sessions; `receipt.ts` says what they are.
 *
 * @module
 */

import type { Context } from '../settings.ts'
import { MAX_GRACE } from '../request/successor.ts'
import type { OldLibrary, OldSession } from './old-library.ts'
import { receiptLifetime, SALT, SEEN } from '../request/receipt.ts'
import { createToken, digest, identify, tokenOf, type Identity } from '../record/token.ts'

/** What a receipt says. */
export interface Receipt {
  key: string
  /** Token and key of the new record; `null` once the browser has brought them. */
  identity: Identity | null
  /** When the receipt was made, and until when it lasts. */
  createdAt: number
  until: number
  /** Whether the new record has been made. It is never made again. */
  isDone: boolean
}

/** Whose receipt it is. */
export interface Claim {
  context: Context
  library: OldLibrary
  /** The old id. */
  id: string
}

const DONE = '%done'
/** The list that the new session is on. */
const LIST = '%list'
const DAY = 86_400_000
/** How long a receipt lasts whose old session has no end that we know of, in milliseconds: ten years. */
const FOREVER = 3650 * DAY

/** The receipt of an old session; `null` if there is none. */
export async function readReceipt(claim: Claim): Promise<Receipt | null> {
  const key = await keyOf(claim)
  const found = await claim.context.records.loadNote(key)
  if (found.state === 'missing' || found.state === 'unreadable') return null
  // What is left of one whose time is over still says that the session has moved.
  if (found.state !== 'alive') return { key, identity: null, createdAt: 0, until: 0, isDone: true }
  const salt = found.fields.get(SALT)
  const seenAt = Number(found.fields.get(SEEN) ?? Infinity)
  const isClosed = salt === undefined || found.now - seenAt >= MAX_GRACE
  return {
    key,
    identity: isClosed ? null : await identityOf(claim, salt, found.fields.get(LIST) ?? null),
    createdAt: found.meta.createdAt,
    until: found.meta.absoluteAt,
    isDone: isClosed || found.fields.has(DONE),
  }
}

/**
 * Makes a receipt, or reads the one that another request has made. It outlasts the old session.
 * @param list the one that the new session will be on
 */
export async function issueReceipt(
  claim: Claim,
  old: OldSession,
  list: string | null,
  now: number,
): Promise<Receipt | null> {
  const { records, settings } = claim.context
  const key = await keyOf(claim)
  const salt = createToken()
  const end = claim.library.keep ? undefined : old.expiresAt
  const until = end === undefined ? now + FOREVER : Math.max(now + settings.absolute, end) + DAY
  const meta = { createdAt: now, absoluteAt: until, idle: until - now, persist: false }
  const fields = new Map([[SALT, salt]])
  if (list !== null) fields.set(LIST, list)
  if (!(await records.create(key, meta, fields))) return readReceipt(claim)
  return { key, identity: await identityOf(claim, salt, list), createdAt: now, until, isDone: false }
}

/** Notes that the new record has been made. */
export async function finishReceipt({ context }: Claim, { key, until }: Receipt, now: number): Promise<void> {
  await context.records.annotate(key, receiptLifetime(until, now), { set: new Map([[DONE, '1']]) })
}

function keyOf({ context, library, id }: Claim): string | Promise<string> {
  return digest(`adopted ${JSON.stringify([context.settings.app, library.kind, id])}`)
}

async function identityOf({ library, id }: Claim, salt: string, list: string | null): Promise<Identity> {
  const secret = (await library.secretOf?.(id)) ?? id
  return identify(tokenOf(await digest(`token ${JSON.stringify([salt, library.kind, secret])}`), list))
}
