/**
 * A request that brings several tokens: the cookie's scope has changed, or somebody has planted one
 * (cookie tossing). Whichever leads to a living session is the one; where two do, none is believed.
 *
 * @module
 */

import { RequestSession } from './request-session.ts'
import { findTokens, MOST_TOKENS } from '../browser/cookie.ts'
import { end } from '../users/session-lists.ts'
import type { SessionEvent } from '../events.ts'
import { lookingChannel } from '../browser/looking-channel.ts'
import { openRecord, welcome, type Answer } from './open.ts'
import { tooManyTokens } from '../session-errors.ts'
import { isAlive, type EndReason } from '../store.ts'
import { identify, listOfToken, type Identity } from '../record/token.ts'

/** A token, and what the store has answered. */
interface Asked {
  identity: Identity
  answer: Answer
}

/**
 * Opens the session of a request that brings different tokens. All are asked for at once; more than
 * eight, which no browser has by accident, are refused without asking the store.
 * @throws `ERR_STORE_*` if the store fails
 */
export async function openRivals(current: RequestSession, tokens: readonly string[]): Promise<void> {
  if (tokens.length > MOST_TOKENS) return refuse(current)
  const { store } = current.context
  const all = await Promise.all(
    tokens.map(async (token): Promise<Asked> => {
      const identity = await identify(token)
      return { identity, answer: await store.load(identity.key, listOfToken(token)) }
    }),
  )
  const hopeful = all.filter(mayLive)
  if (hopeful.length > 1) return decide(current, hopeful)
  for (const { identity, answer } of hopeful) await openRecord(current, identity, answer)
  if (current.living !== null) return
  // How a session ended tells more than that another took its place.
  for (const { identity, answer } of all.filter((asked) => !mayLive(asked))) {
    const { ended } = current
    await openRecord(current, identity, answer)
    current.ended ??= ended
  }
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
  current.endRivals = null
}

/** Two that live, or that have been replaced by what may live: perhaps by the same. */
async function decide(current: RequestSession, hopeful: readonly Asked[]): Promise<void> {
  const events: SessionEvent[] = []
  const context = { ...current.context, emit: (event: SessionEvent) => void events.push(event) }
  const looks = await Promise.all(
    hopeful.map(async ({ identity, answer }) => {
      const look = new RequestSession(context, lookingChannel(null))
      await openRecord(look, identity, answer)
      return look
    }),
  )
  const living = looks.filter((look) => look.living !== null)
  if (new Set(living.map((look) => look.living?.identity.key)).size > 1) return refuse(current)
  // The newest token of a session is the one that can be written with.
  const chosen = living.find((look) => look.living?.byOldToken === false) ?? living[0]
  for (const event of events) if (chosen === undefined || event.type !== 'reuse') current.context.emit(event)
  if (chosen?.living != null) return take(current, chosen)
  current.ended =
    looks.map(({ ended }) => ended).find((ended) => ended !== null && ended !== 'rotated') ?? null
  current.ended ??= looks[0]?.ended ?? null
}

async function take(current: RequestSession, look: RequestSession): Promise<void> {
  const { living, clock, journal } = look
  if (living === null) return
  const now = clock.now()
  const record = { meta: '', fields: new Map(journal.fields), now, expiresIn: living.expiresAt - now }
  current.adopt(living.identity, living.meta, record, living.byOldToken)
  await welcome(current, living, record)
}

function refuse(current: RequestSession): void {
  current.endRivals = (reason) => endRivals(current, reason)
  current.context.emit({ type: 'ambiguous' })
}

function mayLive({ answer }: Asked): boolean {
  return answer !== null && (isAlive(answer) || answer.ended === 'rotated')
}
