/** @module A client whose replies are changed on their way, and the ways to change them. */

import { Redis } from 'ioredis'
import { silent } from './clients.ts'

/** Changes the reply at one place of a packet. */
export type Alteration = (reply: unknown) => unknown

/** A client that changes one reply of each packet, as long as it is told to. */
export interface AlteredClient {
  client: Redis
  /** Changes the reply at this place. Answers how many replies the longest packet had. */
  during(at: number, alter: Alteration, work: () => Promise<unknown>): Promise<number>
}

type Batch = { exec(): Promise<[Error | null, unknown][] | null> }

/** Connects to a server. */
export function alteredClient(url: string): AlteredClient {
  const client = silent(new Redis(url, { lazyConnect: true }))
  let current: { at: number; alter: Alteration } | null = null
  let longest = 0

  function altered<T extends Batch>(batch: T): T {
    const exec = batch.exec.bind(batch)
    batch.exec = async () => {
      const outcomes = await exec()
      longest = Math.max(longest, outcomes?.length ?? 0)
      if (current === null || outcomes === null) return outcomes
      const { at, alter } = current
      return outcomes.map(([error, reply], i) =>
        i === at && error === null ? [null, alter(reply)] : [error, reply],
      )
    }
    return batch
  }

  const [pipeline, multi] = [client.pipeline.bind(client), client.multi.bind(client)]
  client.pipeline = ((...args: []) => altered(pipeline(...args))) as typeof client.pipeline
  client.multi = ((...args: []) => altered(multi(...args))) as typeof client.multi
  return {
    client,
    async during(at, alter, work) {
      longest = 0
      current = { at, alter }
      try {
        await work()
      } finally {
        current = null
      }
      return longest
    },
  }
}

class Wrapped {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** Changes values wherever they are, as clients and transformers do that know no commands. */
function deep(change: (value: unknown) => unknown): Alteration {
  const changed: Alteration = (reply) => {
    if (Array.isArray(reply)) return reply.map(changed)
    if (typeof reply !== 'object' || reply === null) return change(reply)
    return Object.fromEntries(Object.entries(reply).map(([name, value]) => [name, changed(value)]))
  }
  return changed
}

function entriesOf(reply: unknown): [string, unknown][] | null {
  if (typeof reply !== 'object' || reply === null) return null
  if (!Array.isArray(reply)) return Object.entries(reply)
  return reply.length % 2 === 0
    ? Array.from({ length: reply.length / 2 }, (_, i) => [String(reply[2 * i]), reply[2 * i + 1]])
    : null
}

/** Changes hashes, and leaves all else as it is. */
function hash(change: (entries: [string, unknown][]) => unknown): Alteration {
  return (reply) => {
    const entries = entriesOf(reply)
    return entries === null || Array.isArray(reply) ? reply : change(entries)
  }
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(text as string) as unknown
  } catch {
    return text
  }
}

/** Ways that leave the meaning: the right answer must come of them. */
export const UNDERSTOOD: Record<string, Alteration> = {
  'as it is': (reply) => reply,
  'a hash as pairs': hash((entries) => entries),
  'a hash as a flat list': hash((entries) => entries.flat()),
  'a hash as a map': hash((entries) => new Map(entries)),
  'a hash as an object without prototype': hash((entries) =>
    Object.assign(Object.create(null) as object, Object.fromEntries(entries)),
  ),
  'texts as bytes': deep((value) => (typeof value === 'string' ? Buffer.from(value) : value)),
  'a hash as a map of bytes': hash(
    (entries) => new Map(entries.map(([name, value]) => [Buffer.from(name), Buffer.from(String(value))])),
  ),
  'numbers as texts': deep((value) => (typeof value === 'number' ? String(value) : value)),
  'numbers as bigints': deep((value) => (typeof value === 'number' ? BigInt(value) : value)),
  'yes and no': (reply) => (reply === 1 ? true : reply === 0 ? false : reply),
}

/** Ways of which the right answer may come, or an error, and nothing else. */
export const STRANGE: Record<string, Alteration> = {
  null: () => null,
  undefined: () => undefined,
  'a text': () => 'text',
  'an empty text': () => '',
  OK: () => 'OK',
  'not a number': () => NaN,
  'a fraction': () => 0.5,
  'a number beyond all': () => Infinity,
  'a date': () => new Date(),
  'a function': () => () => 1,
  'a symbol': () => Symbol('reply'),
  'an empty list': () => [],
  'an empty object': () => ({}),
  'an empty map': () => new Map(),
  'a set': () => new Set(['@', 'meta']),
  'an instance of a class': (reply) => new Wrapped(reply),
  'in a list': (reply) => [reply],
  'in an object': (reply) => ({ result: reply }),
  'in an object with data': (reply) => ({ data: reply, ok: true }),
  'as JSON': (reply) => JSON.stringify(reply) ?? 'undefined',
  'parsed from JSON': deep(parsed),
  'every value parsed from JSON, in a map': hash(
    (entries) => new Map(entries.map(([n, v]) => [n, parsed(v)])),
  ),
  'names in capitals, without signs': hash((entries) =>
    Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase().replaceAll(/\W/g, ''), value])),
  ),
  'values in a list': deep((value) => [value]),
  'values in an object': deep((value) => ({ value })),
  'null for nothing': (reply) => (entriesOf(reply)?.length === 0 ? null : reply),
  'a hash with other names': hash((entries) =>
    Object.fromEntries(entries.map(([name, value]) => [name.replaceAll(/\W/g, '_'), value])),
  ),
  'a hash with longer names': hash((entries) =>
    Object.fromEntries(entries.map(([name, value]) => [`app:${name}`, value])),
  ),
  'a hash without signs': hash((entries) => Object.fromEntries(entries.filter(([name]) => /\w/.test(name)))),
  'a hash as its values': hash((entries) => entries.map(([, value]) => value)),
  'a hash as objects': hash((entries) => entries.map(([name, value]) => ({ name, value }))),
  'a hash nested': hash((entries) => ({ hash: Object.fromEntries(entries) })),
  'a list without its last': (reply) => (Array.isArray(reply) ? reply.slice(0, -1) : reply),
  'a list and more': (reply) => (Array.isArray(reply) ? [...(reply as unknown[]), 'more'] : reply),
  'a list without null': (reply) => (Array.isArray(reply) ? reply.filter((item) => item !== null) : reply),
  'a list with undefined': (reply) =>
    Array.isArray(reply) ? reply.map((item: unknown) => item ?? undefined) : reply,
  'a list as an object': (reply) =>
    Array.isArray(reply) ? Object.fromEntries(Object.entries(reply as unknown[])) : reply,
}
