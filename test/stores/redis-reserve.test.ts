/**
 * Limits in a Redis that refuses scripts: a write takes two trips there, so every order in which
 * the trips of several writers may come is tried.
 */

import { expect, test, vi } from 'vitest'
import type { Change, UpdateResult } from '../../src/core/store.ts'
import type { Command } from '../../src/stores/redis/client.ts'
import { Connection } from '../../src/stores/redis/connection.ts'
import { Link } from '../../src/stores/redis/link.ts'
import { update } from '../../src/stores/redis/records/update.ts'
import { useFixture } from './redis/fixture.ts'
import { bytesOf, held, LIMITS, useScriptless } from './redis/limited.ts'

vi.setConfig({ testTimeout: 60_000 })

const fixture = useFixture()
const scriptless = useScriptless(fixture)
type Write = (link: Link, change: Change) => Promise<UpdateResult>
const text = (length: number): string => 'x'.repeat(length)
const life = { idle: 3_600_000, absoluteAt: 8_000_000_000_000 }

const ours: Write = (link, change) => update(link, 'sojourn:{k}', { ...change, limits: LIMITS }, life)

/** Wrong: others write between the look and the write. */
const lookThenWrite: Write = async (link, change) => {
  const [all] = await link.transaction('k', [['hgetall', 'sojourn:{k}']])
  const after = Object.entries({ ...asObject(all), ...Object.fromEntries(change.set ?? []) })
  if (bytesOf(after.filter(([name]) => name !== '@')) > LIMITS.bytes) return { status: 'too-large' }
  await link.transaction('k', [['hset', 'sojourn:{k}', [...(change.set ?? [])].flat()]])
  return { status: 'ok', values: new Map() }
}

/** Wrong: what a field held before may be what another writer takes back. */
const writeThenTakeBack: Write = async (link, change) => {
  const set = [...(change.set ?? [])]
  const [old, , all] = await link.transaction('k', [
    ['hmget', 'sojourn:{k}', set.map(([name]) => name)],
    ['hset', 'sojourn:{k}', set.flat()],
    ['hgetall', 'sojourn:{k}'],
  ])
  const fields = Object.entries(asObject(all)).filter(([name]) => name !== '@')
  if (bytesOf(fields) <= LIMITS.bytes) return { status: 'ok', values: new Map() }
  await takeBack(set, old as (string | null)[])
  return { status: 'too-large' }

  async function takeBack(written: [string, string][], before: (string | null)[]): Promise<void> {
    const commands: Command[] = []
    for (const [i, [name, value]] of written.entries()) {
      if ((await fixture.redis.hget('sojourn:{k}', name)) !== value) continue
      const was = before[i] ?? null
      commands.push(was === null ? ['hdel', 'sojourn:{k}', [name]] : ['hset', 'sojourn:{k}', [name, was]])
    }
    await link.transaction('k', [...commands, ['hexists', 'sojourn:{k}', '@']])
  }
}

/** Brings three changes to a record of 43 bytes, in every order of their trips. Answers what went wrong. */
async function faultsOf(write: Write, changes: readonly Change[]): Promise<string[]> {
  const faults = new Set<string>()
  for (const order of ordersOf(changes.map((_, i) => i))) {
    await fixture.redis.flushall()
    await fixture.redis.hset('sojourn:{k}', '@', 'meta', 'a', text(42))
    const writers = changes.map(() => new SteppingLink(new Connection(scriptless.client)))
    const results = writers.map(async (link, i) => {
      link.refusesScripts = true
      await link.now('k')
      link.isStepping = true
      return write(link, changes[i]!).finally(() => link.finish())
    })
    for (const i of order) await writers[i]!.step()
    for (const link of writers) while (!link.isDone) await link.step()
    const fields = await held(fixture)
    if (bytesOf(fields) > LIMITS.bytes) faults.add('too much is stored')
    const stored = Object.fromEntries(fields)
    const statuses = await Promise.all(results)
    const isAcknowledged = ([name, value]: [string, string]): boolean =>
      (name === 'a' && value === text(42)) ||
      changes.some(({ set }, i) => statuses[i]!.status === 'ok' && set?.get(name) === value)
    if (!fields.every(isAcknowledged)) faults.add('what was refused is stored')
    for (const [i, { set, delete: removed = [] }] of changes.entries()) {
      const isLost = [...(set?.keys() ?? [])].some((name) => stored[name] === undefined)
      const isRemoved = changes.some(({ delete: all }) => all?.some((name) => set?.has(name)))
      if (statuses[i]!.status === 'ok' && isLost && !isRemoved) faults.add('what was acknowledged is lost')
      if (removed.length > 0 && statuses[i]!.status !== 'ok') faults.add('a removal was refused')
    }
  }
  return [...faults].toSorted()
}

/** Each of the first fits alone; the second replaces what is there. */
const SETS: readonly (readonly Change[])[] = [
  [{ set: new Map([['b', text(50)]]) }, { set: new Map([['c', text(50)]]) }, { delete: ['a'] }],
  [
    { set: new Map([['a', text(60)]]) },
    { set: new Map([['b', text(50)]]) },
    { set: new Map([['c', text(30)]]) },
  ],
  [
    { set: new Map([['b', text(70)]]) },
    { set: new Map([['b', text(71)]]) },
    { set: new Map([['a', text(50)]]) },
  ],
  [
    {
      set: new Map([
        ['a', text(1)],
        ['b', text(40)],
      ]),
    },
    { set: new Map([['a', text(43)]]) },
    { set: new Map([['c', text(55)]]) },
  ],
]

test('no order of trips stores more than the limits, or loses what was acknowledged', async () => {
  for (const changes of SETS) expect(await faultsOf(ours, changes)).toEqual([])
})

test('which is more than simpler ways can say', async () => {
  async function found(write: Write): Promise<string[]> {
    const all: string[] = []
    for (const changes of SETS.slice(1)) all.push(...(await faultsOf(write, changes)))
    return all
  }
  expect(await found(lookThenWrite)).toContain('too much is stored')
  expect(await found(writeThenTakeBack)).toContain('what was refused is stored')
})

function asObject(reply: unknown): Record<string, string> {
  if (!Array.isArray(reply)) return reply as Record<string, string>
  return Object.fromEntries(reply.flatMap((name: string, i) => (i % 2 ? [] : [[name, String(reply[i + 1])]])))
}

/** A link whose packets wait to be let through, one at a time. */
class SteppingLink extends Link {
  isStepping = false
  isDone = false
  #next = Promise.withResolvers<void>()
  #arrived = Promise.withResolvers<void>()

  constructor(connection: Connection) {
    super('redis', connection)
  }

  override async transaction(key: string, commands: readonly Command[]): Promise<unknown[]> {
    if (!this.isStepping) return super.transaction(key, commands)
    this.#arrived.resolve()
    await this.#next.promise
    this.#next = Promise.withResolvers()
    return super.transaction(key, commands)
  }

  /** Lets one packet through, and waits until its writer has another or has ended. */
  async step(): Promise<void> {
    await this.#arrived.promise
    if (this.isDone) return
    this.#arrived = Promise.withResolvers()
    this.#next.resolve()
    await this.#arrived.promise
  }

  finish(): void {
    this.isDone = true
    this.#arrived.resolve()
  }
}

/** Every order of two trips of each. */
function ordersOf(writers: readonly number[]): number[][] {
  const all: number[][] = []
  const left = writers.map(() => 2)
  const extend = (order: number[]): void => {
    if (order.length === 2 * writers.length) return void all.push(order)
    for (const i of writers) {
      if (left[i] === 0) continue
      left[i]!--
      extend([...order, i])
      left[i]!++
    }
  }
  extend([])
  return all
}
