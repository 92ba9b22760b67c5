/**
 * A visitor whose token leads to a record that somebody else has written.
 *
 * @module
 */

import { expect } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { encodeMeta } from '../../src/core/record/meta.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { createToken, identify } from '../../src/core/record/token.ts'
import { Browser } from './browser.ts'
import type { Engine, Raw } from './engines.ts'

const HOUR = 3_600_000
const now = Date.now()

/** The meta of a session of Ann's, as it should be. */
export const GOOD: string = encodeMeta(
  { createdAt: now, absoluteAt: now + HOUR, idle: HOUR, persist: true, userId: 'ann', authenticatedAt: now },
  'sojourn',
)

/** Fields as they should be, in the form of the store. */
export const FIELDS: ReadonlyMap<string, string> = new Map([
  ['card', '$4111'],
  ['count', '42'],
  ['cart', ':{"items":[1,2]}'],
  ['at', '~[["Date","2026-01-01T00:00:00.000Z"]]'],
])

/** What they mean. */
export const DATA: object = { card: '4111', count: 42, cart: { items: [1, 2] }, at: new Date('2026-01-01') }

export const ENCRYPTED: SessionOptions = {
  encryption: { keys: ['kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'] },
}

/** Text that is none in UTF-8: stray and overlong bytes, half a surrogate pair, NUL. */
export const INVALID_UTF8: Uint8Array = Uint8Array.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x00, 0xf5])

/** A browser, and what its token leads to. */
export interface Held {
  engine: Engine
  browser: Browser
  events: SessionEvent[]
  token: string
  key: string
  id: string
  /** What lies in the engine, byte for byte. */
  before: unknown
}

/** A browser with a token to which `write` writes something. */
export async function holding(
  engine: Engine,
  write: (key: string) => Promise<unknown> | void,
  options: SessionOptions = {},
): Promise<Held> {
  const events: SessionEvent[] = []
  const token = createToken()
  const { key, id } = await identify(token)
  await write(key)
  const browser = new Browser(
    new Sessions({ ...options, onEvent: (event) => events.push(event) }, engine.store),
  )
  browser.token = token
  return { engine, browser, events, token, key, id, before: await engine.look(key) }
}

/** A browser with the token of a record that is planted in the engine. */
export function planted(engine: Engine, raw: Raw, options: SessionOptions = {}): Promise<Held> {
  return holding(engine, (key) => engine.plant(key, raw), options)
}

/**
 * Whoever brings the token is a stranger, can do everything, and changes nothing of what lies
 * there.
 */
export async function expectStranger(
  { engine, browser, events, token, key, id, before }: Held,
  isTold = true,
): Promise<void> {
  await browser.visit((session) => {
    expect([session.id, session.userId, session.isNew, session.getAll()]).toEqual([null, null, true, {}])
  })
  expect(events).toEqual(isTold ? [{ type: 'unreadable', id, what: 'record' }] : [])
  await browser.visit((session) => session.logout())
  expect(browser.token).toBe('')
  for (const write of ['set', 'login'] as const) {
    browser.token = token
    await browser.visit((session) => session[write]('bob', {}))
    expect(browser.token).not.toBe(token)
    const seen = await browser.visit((session) => [session.userId, Object.keys(session.getAll())])
    expect(seen).toEqual(write === 'set' ? [null, ['bob']] : ['bob', []])
  }
  await browser.visit((session) => session.logout())
  expect(browser.token).toBe('')
  expect(await engine.look(key)).toEqual(before)
}

/** A text with one bit flipped. */
export function flip(text: string, bit: number): Uint8Array {
  const bytes = Buffer.from(text)
  bytes[bit >> 3]! ^= 1 << (bit & 7)
  return bytes
}

/** A text with one bit flipped, for each of its bits. */
export function flipped(text: string): Uint8Array[] {
  return Array.from({ length: Buffer.byteLength(text) * 8 }, (_, bit) => flip(text, bit))
}

/** Does something with each of many, some dozens at a time. */
export async function forAll<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += 64) await Promise.all(all.slice(i, i + 64).map(work))
}
