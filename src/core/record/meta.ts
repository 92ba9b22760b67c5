/**
 * The `meta` of a record: what is known of a session besides its data. It is written
 * when the session is created and never changed; login and rotation make a new record.
 *
 * @module
 */

import type { Listing } from '../store.ts'
import type { Identity } from './token.ts'

/** What a session is, besides its data. Times are epoch milliseconds on the store's clock. */
export interface RecordMeta {
  createdAt: number
  /** When the session ends in any case. */
  absoluteAt: number
  /** Milliseconds without a request after which it ends. */
  idle: number
  /** Whether the cookie outlives the browser. */
  persist: boolean
  /** Whether `idle` was chosen for this session, and is not that of the options. */
  ownIdle?: true
  /** The same of `absoluteAt`. */
  ownAbsolute?: true
  /** The application's identifier of the person signed in. */
  userId?: string
  /** When that person proved who they are. */
  authenticatedAt?: number
  /** What the application calls the device, to show it in a list. */
  device?: string
  /** The network that the person signed in from, such as `203.0.113.0/24`. */
  network?: string
  /** When the token was last replaced by `rotate`. */
  rotatedAt?: number
  /** The public id that the session had when this person signed in, if it has another one now. */
  tag?: string
  /** Bars of the user's list up to this time do not concern the session. */
  sparedUntil?: number
}

/** A record together with what it is called. */
export interface Living {
  identity: Identity
  meta: RecordMeta
  /** When it ends if nothing happens; epoch milliseconds on the store's clock. */
  expiresAt: number
  /** Whether the request brought a token that has been replaced; then its cookie is never sent again. */
  byOldToken: boolean
}

const FORMAT = 1

/** Writes meta as text, bound to one application. */
export function encodeMeta(meta: RecordMeta, app: string): string {
  return JSON.stringify({ v: FORMAT, app, ...meta })
}

/**
 * Reads meta, or answers `null` if the text is damaged, of a later format, or of
 * another application: then there is no session for us here, and the record is left alone.
 */
export function decodeMeta(text: string, app: string): RecordMeta | null {
  const value = parse(text)
  if (value === null || value['v'] !== FORMAT || value['app'] !== app) return null
  const { createdAt, absoluteAt, idle, persist, userId, authenticatedAt } = value
  if (!isTime(createdAt) || !isTime(absoluteAt) || !isTime(idle) || typeof persist !== 'boolean') return null
  const meta: RecordMeta = { createdAt, absoluteAt, idle, persist }
  if (value['ownIdle'] === true) meta.ownIdle = true
  if (value['ownAbsolute'] === true) meta.ownAbsolute = true
  if (isTime(value['rotatedAt'])) meta.rotatedAt = value['rotatedAt']
  if (userId === undefined && authenticatedAt === undefined) return meta
  if (typeof userId !== 'string' || !isTime(authenticatedAt)) return null
  meta.userId = userId
  meta.authenticatedAt = authenticatedAt
  if (typeof value['device'] === 'string') meta.device = value['device']
  if (typeof value['network'] === 'string') meta.network = value['network']
  if (typeof value['tag'] === 'string') meta.tag = value['tag']
  if (isTime(value['sparedUntil'])) meta.sparedUntil = value['sparedUntil']
  return meta
}

/** Whether a bar of the user's list means a session. */
export function isBarred(meta: RecordMeta, { barredAt, isSpared }: Listing): boolean {
  return !isSpared && isMeant(meta, barredAt) && barredAt > (meta.sparedUntil ?? 0)
}

/** Whether a session began before its user's list was barred, or in the same millisecond. */
export function isMeant(meta: RecordMeta, barredAt: number | null): barredAt is number {
  return barredAt !== null && meta.authenticatedAt !== undefined && meta.authenticatedAt <= barredAt
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
