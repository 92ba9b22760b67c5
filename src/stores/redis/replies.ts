/**
 * What a reply says.
 *
 * Between Redis and us lies a client that the application has configured: protocols, type
 * mappings and transformers of replies give the same reply many shapes. Those that can mean but
 * one thing are read. All others are an error: taken for "there is nothing" they would sign
 * all visitors out.
 *
 * @module
 */

/** A reply that Redis does not send. Names the command and the shape, and no part of the reply. */
export class UnreadableReply extends Error {
  override readonly name = 'UnreadableReply'

  /** @param what what is wrong. Default: the shape */
  constructor(command: string, reply: unknown, what: string = shapeOf(reply)) {
    super(`${command}: ${what}`)
  }
}

/**
 * Replies to so many commands.
 *
 * @throws UnreadableReply if they are no list, or one of another length
 */
export function repliesOf(replies: unknown, count: number): unknown[] {
  const list = listOf(replies, 'the packet')
  if (list.length !== count) throw new UnreadableReply(`${count} commands`, list)
  return list
}

/** A list of any values. @throws UnreadableReply */
export function listOf(reply: unknown, command: string): unknown[] {
  if (reply instanceof Error) throw reply
  if (!Array.isArray(reply)) throw new UnreadableReply(command, reply)
  return reply
}

/** A whole number: as such, as a bigint or in decimal digits. @throws UnreadableReply */
export function integerOf(reply: unknown, command: string): number {
  if (reply instanceof Error) throw reply
  const text = typeof reply === 'number' || typeof reply === 'bigint' ? String(reply) : textOf(reply)
  if (text === null || !/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new UnreadableReply(command, reply)
  return Number(text)
}

/** Whether something was done, or is there: 1 or 0, or what clients make of them. @throws UnreadableReply */
export function flagOf(reply: unknown, command: string): boolean {
  if (typeof reply === 'boolean') return reply
  const number = integerOf(reply, command)
  if (number !== 0 && number !== 1) throw new UnreadableReply(command, reply)
  return number === 1
}

/**
 * The texts of these fields, `null` for those that are missing: a list in their order, or what
 * names them.
 *
 * @throws UnreadableReply
 */
export function textsOf(reply: unknown, fields: readonly string[], command: string): (string | null)[] {
  if (reply instanceof Error) throw reply
  const named = reply instanceof Map ? reply : isPlain(reply) ? new Map(Object.entries(reply)) : null
  const list = named === null ? reply : fields.map((field) => named.get(field) as unknown)
  const texts = textListOf(list, command)
  if (texts.length !== fields.length) throw new UnreadableReply(command, reply)
  return texts
}

/** A list of texts, in which some may be missing. @throws UnreadableReply */
export function textListOf(reply: unknown, command: string): (string | null)[] {
  return listOf(reply, command).map((item) => {
    const text = item === null ? null : textOf(item)
    if (text === null && item !== null) throw new UnreadableReply(command, reply)
    return text
  })
}

/**
 * A hash: a flat list, a list of pairs, a map, or an object that is nothing but its properties.
 *
 * @throws UnreadableReply
 */
export function hashOf(reply: unknown, command: string): Map<string, string> {
  if (reply instanceof Error) throw reply
  // What node-redis answers is the map already.
  if (reply instanceof Map && isOfTexts(reply)) return reply
  const fields = new Map<string, string>()
  for (const [name, value] of entriesOf(reply, command)) {
    const [key, text] = [textOf(name), textOf(value)]
    if (key === null || text === null) throw new UnreadableReply(command, reply)
    fields.set(key, text)
  }
  return fields
}

/**
 * Members of a sorted set, each with its score: a flat list, pairs, objects with `value` and
 * `score`, or a map.
 *
 * @throws UnreadableReply
 */
export function scoredOf(reply: unknown, command: string): [member: string, score: number][] {
  if (reply instanceof Error) throw reply
  const isOfObjects = Array.isArray(reply) && reply.length > 0 && reply.every(isScored)
  const entries = isOfObjects
    ? (reply as Scored[]).map(({ value, score }) => [value, score] as const)
    : entriesOf(reply, command)
  return entries.map(([name, value]) => {
    const [member, score] = [textOf(name), scoreOf(value)]
    if (member === null || Number.isNaN(score)) throw new UnreadableReply(command, reply)
    return [member, score]
  })
}

/** Scores, `null` for members that are missing. @throws UnreadableReply */
export function scoresOf(reply: unknown, command: string): (number | null)[] {
  return listOf(reply, command).map((item) => {
    const score = item === null ? null : scoreOf(item)
    if (Number.isNaN(score)) throw new UnreadableReply(command, reply)
    return score
  })
}

/** Epoch milliseconds from the reply to TIME: seconds and microseconds. @throws UnreadableReply */
export function timeOf(reply: unknown): number {
  const list = listOf(reply, 'TIME')
  if (list.length !== 2) throw new UnreadableReply('TIME', reply)
  const [seconds, microseconds] = list.map((item) => integerOf(item, 'TIME')) as [number, number]
  if (seconds <= 0 || microseconds < 0 || microseconds >= 1_000_000) throw new UnreadableReply('TIME', reply)
  return seconds * 1000 + microseconds / 1000
}

/** A reply in which bytes, wherever they are, have become texts. */
export function withoutBytes(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withoutBytes)
  if (isPlain(reply))
    return Object.fromEntries(Object.entries(reply).map(([name, value]) => [name, withoutBytes(value)]))
  if (reply instanceof Map)
    return new Map([...reply].map(([name, value]) => [withoutBytes(name), withoutBytes(value)]))
  return textOf(reply) ?? reply
}

function entriesOf(reply: unknown, command: string): (readonly [unknown, unknown])[] {
  if (reply instanceof Map) return [...reply]
  if (isPlain(reply)) return Object.entries(reply)
  const list = listOf(reply, command)
  if (list.length > 0 && list.every(isPair)) return list as [unknown, unknown][]
  if (list.length % 2 !== 0) throw new UnreadableReply(command, reply)
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]])
}

/** Text, also as bytes; `null` for everything else: a client that parses it has changed it. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? utf8.decode(value) : null
}

function scoreOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  const text = textOf(value)
  if (text === 'inf' || text === '+inf') return Infinity
  if (text === '-inf') return -Infinity
  return text === null || text.trim() === '' ? NaN : Number(text)
}

interface Scored {
  value: unknown
  score: unknown
}

function isScored(item: unknown): item is Scored {
  return typeof item === 'object' && item !== null && 'value' in item && 'score' in item
}

function isPair(item: unknown): boolean {
  return Array.isArray(item) && item.length === 2
}

function isOfTexts(map: Map<unknown, unknown>): map is Map<string, string> {
  for (const [name, value] of map) if (typeof name !== 'string' || typeof value !== 'string') return false
  return true
}

/** No instance of a class, which would mean something by itself. Objects of other realms are none. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'object') return typeof value
  if (value instanceof Map) return 'a map'
  return isPlain(value) ? 'an object' : 'an instance of a class'
}

// A text may begin with the character that marks byte order; by default it would be lost.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
