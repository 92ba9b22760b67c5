/** @module Changing single fields of a record. */

import { isSessionError } from '../../../core/errors.ts'
import type { Change, EndReason, Lifetime, UpdateResult } from '../../../core/store.ts'
import type { Command } from '../client.ts'
import type { Link } from '../link.ts'
import { textsOf } from '../replies.ts'
import { changeOf, compareAndSet, stagedFields } from './compare-and-set.ts'
import { expire } from './destroy.ts'
import {
  deadlineCommand,
  isForeign,
  REASON,
  REMAINS_FOR,
  SIGN_OF_LIFE,
  SIZE,
  throwFirstError,
  timeLeft,
} from './hash.ts'
import { reservation } from './reserve.ts'

/** A change as commands, with the fields it may bring into being. */
interface Plan {
  commands: readonly Command[]
  written: readonly string[]
}

type Outcome = { replies: unknown[] } | { gone: UpdateResult }

/**
 * Changes a living record.
 *
 * Without conditions: `MULTI; HMGET key @ !; [HMGET, HINCRBY …, HMGET, HSET, HDEL]; PEXPIRE key …; EXEC`
 *
 * Plain commands cannot make their work depend on the sign of life. So they run either
 * way, and if it was missing, what they wrote is taken away again: no reader takes a hash
 * without it for a record, and no later command can give it one.
 *
 * What is written must not depend on more than that: others would see it, and write upon it,
 * before it is taken back. So limits need a script, and reserve room where there are none.
 */
export async function update(
  link: Link,
  key: string,
  change: Change,
  lifetime: Lifetime,
): Promise<UpdateResult> {
  // Put together at once: the caller may change the maps of a change later.
  const { limits, expect } = change
  const isConditional = Boolean(expect?.size)
  const isLimited = limits !== undefined && Boolean(change.set?.size || change.increment?.size)
  const plain = isConditional || isLimited ? null : plainly(key, change)
  const staged = plain === null ? stagedFields(change) : []

  const now = await link.now(key)
  if (!(timeLeft(lifetime, now) > 0)) return gone(await expire(link, key))
  const deadline = deadlineCommand(key, lifetime, now)
  if (plain !== null) return plain(link, deadline)
  if (isConditional || limits === undefined) return compareAndSet(link, key, staged, limits, deadline)
  if (!link.refusesScripts) {
    try {
      return await compareAndSet(link, key, staged, limits, deadline)
    } catch (error) {
      if (!isSessionError(error, 'ERR_STORE_UNSUPPORTED')) throw error
      link.refusesScripts = true
    }
  }
  const copy = changeOf(staged)
  const reserved = reservation(key, copy, limits)
  return (await reserved.take(link))
    ? plainly(key, copy, reserved.giveBack)(link, deadline)
    : { status: 'too-large' }
}

type Step = (link: Link, deadline: Command) => Promise<UpdateResult>

/** Prepares a change by plain commands, and more commands to go with them. */
function plainly(key: string, change: Change, more: readonly Command[] = []): Step {
  const taken = [...(change.take ?? [])]
  const increments = [...(change.increment ?? [])]
  const plan = planOf(key, change, taken, increments, more)
  return async (link, deadline) => {
    const outcome = await run(link, key, plan, deadline)
    if ('gone' in outcome) return outcome.gone

    const { replies } = outcome
    const values = new Map<string, string | null>()
    if (taken.length > 0) {
      const old = textsOf(replies.shift(), taken, 'HMGET')
      for (const [index, field] of taken.entries()) values.set(field, old[index] ?? null)
    }
    if (increments.length === 0) return { status: 'ok', values }

    // The sums are read as text, for clients do not decode all safe integers right.
    const failures = replies.splice(0, increments.length)
    const sums = textsOf(
      replies.shift(),
      increments.map(([field]) => field),
      'HMGET',
    )
    const outOfRange: [string, number][] = []
    const notIntegers: string[] = []
    for (const [index, [field, by]] of increments.entries()) {
      const isInteger = !(failures[index] instanceof Error)
      const sum = Number(sums[index])
      const isSafe = isInteger && Number.isSafeInteger(sum) && Number.isSafeInteger(sum - by)
      if (isSafe) values.set(field, String(sums[index]))
      else notIntegers.push(field)
      if (isInteger && !isSafe) outOfRange.push([field, -by])
    }
    // Redis counts to 2^63. Taking the same number away leaves other increments that came between as they are.
    if (outOfRange.length > 0) await run(link, key, planOf(key, {}, [], outOfRange, []), deadline)
    return { status: 'ok', values, ...(notIntegers.length > 0 && { notIntegers }) }
  }
}

/** The order in which replies are read: what was taken, the increments, their sums. */
function planOf(
  key: string,
  change: Change,
  taken: readonly string[],
  increments: readonly (readonly [string, number])[],
  more: readonly Command[],
): Plan {
  const removed = [...taken, ...(change.delete ?? [])]
  const set = [...(change.set ?? [])]
  // The size is not known any more.
  if (set.length > 0 || increments.length > 0) set.push([SIZE, ''])
  const incremented = increments.map(([field]) => field)
  const commands: Command[] = []
  if (taken.length > 0) commands.push(['hmget', key, taken])
  for (const [field, by] of increments) commands.push(['hincrby', key, field, String(by)])
  if (increments.length > 0) commands.push(['hmget', key, incremented])
  if (set.length > 0) commands.push(['hset', key, set.flat()])
  if (removed.length > 0) commands.push(['hdel', key, removed])
  commands.push(...more)
  return { commands, written: [...incremented, ...set.map(([field]) => field)] }
}

/** Carries out a plan, and takes it back if there was no living record. */
async function run(link: Link, key: string, plan: Plan, deadline: Command): Promise<Outcome> {
  const fields = [SIGN_OF_LIFE, REASON]
  const life: Command = ['hmget', key, fields]
  const [held, ...replies] = await link.transaction(key, [life, ...plan.commands, deadline])
  if (isForeign(held)) return { gone: gone() }
  throwFirstError([held, ...replies.filter((reply) => !isNotInteger(reply))])
  const [meta, reason] = textsOf(held, fields, 'HMGET') as [string | null, EndReason | null]
  if (meta !== null) return { replies }

  const cleaning: Command[] = []
  if (plan.written.length > 0) cleaning.push(['hdel', key, plan.written])
  if (reason !== null) cleaning.push(['pexpire', key, REMAINS_FOR])
  if (cleaning.length > 0) throwFirstError(await link.transaction(key, cleaning))
  return { gone: gone(reason) }
}

function isNotInteger(reply: unknown): boolean {
  return reply instanceof Error && /not an integer|overflow/.test(reply.message)
}

function gone(ended?: EndReason | null): UpdateResult {
  return ended ? { status: 'gone', ended } : { status: 'gone' }
}
