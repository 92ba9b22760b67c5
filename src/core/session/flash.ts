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
 * Of some requests of a router it is not known whether they are made ahead. A router keeps for minutes
 * what it has fetched ahead. So if it asks again sooner, the first was a visit; from the same page, the
 * second.
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
/** How long a router keeps what it has fetched ahead, in milliseconds: `staleTimes.static` of Next.js. */
const KEPT_AHEAD = 300_000

const MESSAGES = '%flash/'
const MARKS = '%shown/'

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
  const { channel, clock, journal } = current
  const { fields } = journal
  const all = named(fields, prefixOf(key))
  if (all.length === 0) return undefined
  const marks = named(fields, marksOf(key)).map((name) => markIn(name, fields))
  const prefetch = prefetchBehind(channel)
  const from = pageBefore(channel) ?? NOWHERE
  const ofPage = marks.filter((mark) => mark.page === prefetch?.page)
  const isYoung = ({ at }: Mark): boolean => clock.now() - at < KEPT_AHEAD
  // Once more from the same page it may have been thrown away after a change of data.
  const isSeen = (mark: Mark): boolean => isYoung(mark) && (mark.from !== from || mark.isSecond)
  const shown = prefetch?.isCertain === false ? latestOf(ofPage.filter(isSeen)) : ''
  const latest = all.findLast((name) => name > shown)
  const value = latest === undefined ? undefined : decodeValue(fields.get(latest) ?? '')
  const id = current.living?.identity.id
  if (latest !== undefined && value === undefined && id !== undefined)
    current.context.emit({ type: 'unreadable', id, what: 'field' })
  seen.set(key, value)
  if (prefetch === null || latest === undefined)
    later(channel, () => change(current, [...all, ...marks.map(({ field }) => field)]))
  else if (prefetch.page !== null && marks.length < MOST_MARKS) {
    const { page, isCertain } = prefetch
    const known = ofPage.filter((mark) => mark.latest >= latest)
    const at = isCertain ? 0 : clock.now()
    const text = `${page} ${from} ${at}${known.some(isYoung) ? '+' : ''} ${latest}`
    if (!isCertain || known.length === 0)
      later(channel, () =>
        change(
          current,
          ofPage.map(({ field }) => field),
          [[`${marksOf(key)}${unique()}`, text]],
        ),
      )
  }
  return value
}

/** Removes what the visitor has seen on the page that the request comes from. Most sessions have nothing of it. */
export function forgetSeen(current: RequestSession): void {
  const { channel, journal } = current
  const { fields } = journal
  const marks: Mark[] = []
  for (const name of fields.keys()) if (name.startsWith(MARKS)) marks.push(markIn(name, fields))
  const page = marks.length === 0 ? null : pageBefore(channel)
  const seen = marks.filter((mark) => mark.page === page)
  if (seen.length === 0) return
  // Also the marks of other pages: what they remember is gone.
  const gone = seen.flatMap(({ key, latest }) => [
    ...marks.filter((mark) => mark.key === key && mark.latest <= latest).map(({ field }) => field),
    ...named(fields, `${MESSAGES}${key}/`).filter((name) => name <= latest),
  ])
  journal.absorb(new Map(), gone)
  later(channel, () => change(current, gone))
}

/** What a request that may have been made ahead has left. */
interface Mark {
  field: string
  /** The key of its messages, as fields have it. */
  key: string
  page: string
  /** The latest message that the page has got. */
  latest: string
  /** The page that asked for it. */
  from: string
  /** When, by the store's clock; 0 if it surely was ahead. */
  at: number
  /** Whether it had been asked for a short while before. */
  isSecond: boolean
}

/** In the place of a page that is not told. */
const NOWHERE = '-'

function markIn(field: string, fields: ReadonlyMap<string, string>): Mark {
  const [key = ''] = field.slice(MARKS.length).split('/')
  const [page = '', from = NOWHERE, at = '0', ...latest] = (fields.get(field) ?? '').split(' ')
  const isSecond = at.endsWith('+')
  return { field, key, page, latest: latest.join(' '), from, at: Number.parseInt(at, 10), isSecond }
}

/** The name of the latest message that pages have got; `''` for none. */
function latestOf(marks: readonly Mark[]): string {
  return marks.reduce((latest, mark) => (mark.latest > latest ? mark.latest : latest), '')
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
  return `${MESSAGES}${fieldName('', key)}/`
}

function marksOf(key: string): string {
  return `${MARKS}${fieldName('', key)}/`
}

function unique(): string {
  return crypto.randomUUID().slice(0, 8)
}
