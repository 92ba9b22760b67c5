/**
 * Messages for the next request: written now, read once.
 *
 * Each message has a field of its own, so that removing the one that was read cannot
 * remove one that arrived since.
 *
 * A request that is made ahead reads a message and leaves it, since the browser may never show it. It
 * leaves a mark beside it: which page has it. Once a request comes from that page, the visitor has
 * seen the message, and it goes.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { later } from '../browser/channel.ts'
import { decodeValue, encodeValue } from '../record/values.ts'
import { fieldName } from '../record/field-name.ts'
import { pageBefore, prefetchBehind } from '../browser/prefetch.ts'

/** What each request has read. */
const read = new WeakMap<RequestSession, Map<string, unknown>>()

/** More pages than that get no message ahead that they would be remembered for. */
const MOST_MARKS = 20

/** When the latest message of this process was written; two of one millisecond keep their order. */
let last = 0

/** Writes a message. */
export async function writeFlash(current: RequestSession, key: string, value: unknown): Promise<void> {
  last = Math.max(Date.now(), last + 1)
  const order = last.toString(36).padStart(9, '0')
  await current.journal.write(new Map([[`${prefixOf(key)}${order}${unique()}`, encodeValue(value, key)]]))
}

/**
 * Reads the latest message. It stays readable for the rest of this request; its removal
 * is left to the adapter, since a render reads messages but cannot write.
 */
export function readFlash(current: RequestSession, key: string): unknown {
  let seen = read.get(current)
  if (seen === undefined) read.set(current, (seen = new Map()))
  if (seen.has(key)) return seen.get(key)
  const { fields } = current.journal
  const all = named(fields, prefixOf(key))
  if (all.length === 0) return undefined
  const { channel } = current
  const marks = named(fields, marksOf(key))
  const shown = shownOn(marks.length === 0 ? null : pageBefore(channel), marks, fields)
  const latest = all.findLast((name) => name > shown)
  const value = latest === undefined ? undefined : decodeValue(fields.get(latest) ?? '')
  const id = current.living?.identity.id
  if (latest !== undefined && value === undefined && id !== undefined)
    current.context.emit({ type: 'unreadable', id, what: 'field' })
  seen.set(key, value)
  const prefetch = prefetchBehind(channel)
  if (prefetch === null || latest === undefined) later(channel, () => change(current, [...all, ...marks]))
  else if (
    prefetch.page !== null &&
    shownOn(prefetch.page, marks, fields) < latest &&
    marks.length < MOST_MARKS
  )
    later(channel, () => change(current, [], [[`${marksOf(key)}${unique()}`, `${prefetch.page} ${latest}`]]))
  return value
}

/** The name of the latest message that a page has got ahead, as the marks tell; `''` if there is none. */
function shownOn(page: string | null, marks: readonly string[], fields: ReadonlyMap<string, string>): string {
  let latest = ''
  for (const mark of marks) {
    const text = fields.get(mark) ?? ''
    const name = text.slice(text.indexOf(' ') + 1)
    if (text.startsWith(`${page} `) && name > latest) latest = name
  }
  return latest
}

/** Changes fields without touching the cookie; a request that is made ahead leaves the deadline too. */
async function change(
  { context, living, channel, clock }: RequestSession,
  removed: readonly string[],
  set: [name: string, value: string][] = [],
): Promise<void> {
  if (living === null) return
  const { idle, absoluteAt } = living.meta
  const isAhead = prefetchBehind(channel)?.isCertain === true
  const left = isAhead ? Math.max(1, living.expiresAt - clock.now()) : idle
  // Many that are made ahead at once have all read the same few marks: only the store can count.
  const change = { set: new Map(set), delete: removed }
  await context.records.update(living.identity.key, { idle: left, absoluteAt }, change)
}

/** In their order. */
function named(fields: ReadonlyMap<string, string>, prefix: string): string[] {
  return [...fields.keys()].filter((name) => name.startsWith(prefix)).sort()
}

function prefixOf(key: string): string {
  return `%flash/${fieldName('', key)}/`
}

function marksOf(key: string): string {
  return `%shown/${fieldName('', key)}/`
}

function unique(): string {
  return crypto.randomUUID().slice(0, 8)
}
