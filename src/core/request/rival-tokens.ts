/**
 * A request that brings several tokens: the cookie's scope has changed, or another host has planted one
 * (cookie tossing). The one that leads to a living session is believed; where two do, none is.
 *
 * @module
 */

import { RequestSession } from './request-session.ts'
import { findTokens, MOST_TOKENS } from '../browser/cookie.ts'
import { end } from '../users/session-lists.ts'
import type { SessionEvent } from '../events.ts'
import { lookingChannel } from '../browser/looking-channel.ts'
import { openRecord, welcome } from './open.ts'
import type { Found } from '../record/records.ts'
import { tooManyTokens } from '../session-errors.ts'
import type { EndReason } from '../store.ts'
import { identify, listOfToken, type Identity } from '../record/token.ts'

/** A token, and what the store has answered. */
interface Asked {
  identity: Identity
  found: Found
}

/**
 * Opens the session of a request that brings different tokens. All are asked for at once; more than
 * eight, which no browser has by accident, are refused without asking the store.
 * @throws `ERR_STORE_*` if the store fails
 */
export async function openRivals(current: RequestSession, tokens: readonly string[]): Promise<void> {
  if (tokens.length > MOST_TOKENS) return refuse(current)
  const { records } = current.context
  const all = await Promise.all(
    tokens.map(async (token): Promise<Asked> => {
      const identity = await identify(token)
      return { identity, found: await records.load(identity.key, listOfToken(token)) }
    }),
  )
  const hopeful = all.filter(mayLive)
  if (hopeful.length > 1) return decide(current, hopeful)
  for (const { identity, found } of hopeful) await openRecord(current, identity, found)
  if (current.living !== null) return
  // How a session ended tells more than that another took its place.
  let { ended } = current
  for (const { identity, found } of all.filter((asked) => !mayLive(asked))) {
    await openRecord(current, identity, found)
    ended = current.ended ?? ended
  }
  current.noteEnd(ended)
}

/**
 * Ends the sessions of all tokens that an ambiguous request brings: which one is the visitor's is
 * not known, and it must not outlive a sign-in or a sign-out.
 * @throws `ERR_SESSION_CONFLICT` if they are too many for a sign-out; a sign-in ends the first eight
 */
async function endRivals(current: RequestSession, reason: EndReason): Promise<void> {
  const { context, channel } = current
  const { cookie, cookieValues } = context.settings
  const tokens = findTokens(channel.header ?? '', cookie.name, cookieValues)
  if (tokens.length > MOST_TOKENS && reason !== 'rotated') throw tooManyTokens(cookie.name)
  const looks = await Promise.all(
    tokens.slice(0, MOST_TOKENS).map(async (token) => {
      const look = new RequestSession({ ...context, emit: () => {} }, lookingChannel(null))
      await openRecord(look, await identify(token))
      return look.living?.identity.key
    }),
  )
  const keys = new Set(looks.filter((key) => key !== undefined))
  await Promise.all([...keys].map((key) => end(context, key, reason)))
}

/** Two that live, or that have been replaced by what may live: perhaps by the same. */
async function decide(current: RequestSession, hopeful: readonly Asked[]): Promise<void> {
  const events: SessionEvent[] = []
  const context = { ...current.context, emit: (event: SessionEvent) => void events.push(event) }
  const looks = await Promise.all(
    hopeful.map(async ({ identity, found }) => {
      const look = new RequestSession(context, lookingChannel(null))
      await openRecord(look, identity, found)
      return look
    }),
  )
  const living = looks.filter((look) => look.living !== null)
  if (new Set(living.map((look) => look.living?.identity.key)).size > 1) return refuse(current)
  // The newest token of a session is the one that can be written with.
  const chosen = living.find((look) => look.living?.byOldToken === false) ?? living[0]
  for (const event of events) if (chosen === undefined || event.type !== 'reuse') current.context.emit(event)
  if (chosen?.living != null) return take(current, chosen)
  const reasons = looks.map(({ ended }) => ended)
  current.noteEnd(reasons.find((reason) => reason !== null && reason !== 'rotated') ?? reasons[0] ?? null)
}

async function take(current: RequestSession, look: RequestSession): Promise<void> {
  const { living, clock, journal } = look
  if (living === null) return
  const { identity, meta, expiresAt, byOldToken } = living
  const now = clock.now()
  const record = { meta, fields: new Map(journal.fields), now, expiresIn: expiresAt - now }
  current.arrive(identity, record, byOldToken)
  await welcome(current, record)
}

function refuse(current: RequestSession): void {
  current.distrust((reason) => endRivals(current, reason))
  current.context.emit({ type: 'ambiguous' })
}

function mayLive({ found }: Asked): boolean {
  return found.state === 'ended' ? found.reason === 'rotated' : found.state !== 'missing'
}
