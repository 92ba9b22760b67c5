/**
 * Changing fields only if others hold what is expected, or only if the record then stays within
 * its limits. Plain commands cannot make one step of looking and writing, so it takes a script.
 *
 * @module
 */

import { storeError } from '../../../core/errors.ts'
import type { Change, EndReason, Limits, UpdateResult } from '../../../core/store.ts'
import type { Command } from '../client.ts'
import type { Link } from '../link.ts'
import { textListOf, UnreadableReply } from '../replies.ts'
import { isForeign, throwFirstError } from './hash.ts'

/**
 * KEYS: the record, the staged change. ARGV: the command that sets the deadline, and its
 * argument; the limits, bytes and fields, if there are any. Each staged field is named by what
 * to do (`=` compare, `~` compare with absent, `>` set, `-` delete, `+` increment, `<` take) and
 * the name of the field.
 *
 * It looks first and writes last, so it writes all or nothing. What `@size` says is counted
 * again before anything is refused: it may say too much, see `hash.ts`.
 */
const SCRIPT = `
local record, stage = KEYS[1], redis.call('HGETALL', KEYS[2])
local life = redis.call('HMGET', record, '@', '!', '@size')
if not life[1] then return {'gone', life[2]} end
local answer, writes, bytes, fields = {'ok'}, {}, 0, 0
local function tell(verb, field, value)
  answer[#answer + 1] = verb
  answer[#answer + 1] = field
  answer[#answer + 1] = value
end
local function isSafe(number) return math.abs(number) <= 9007199254740991 end
for i = 1, #stage, 2 do
  local verb, field, value = stage[i]:sub(1, 1), stage[i]:sub(2), stage[i + 1]
  local old = redis.call('HGET', record, field)
  local new = old
  if verb == '=' and old ~= value or verb == '~' and old then return {'conflict'} end
  if verb == '>' then
    new = value
  elseif verb == '-' then
    new = false
  elseif verb == '<' then
    new = false
    tell(verb, field, old)
  elseif verb == '+' then
    local held = old or '0'
    local from = (held == '0' or held:find('^%-?[1-9]%d*$')) and tonumber(held)
    if from and isSafe(from) and isSafe(from + value) then
      new = string.format('%.0f', from + value)
      tell(verb, field, new)
    else
      tell('!', field, false)
    end
  end
  if new ~= old then
    if old then bytes, fields = bytes - #field - #old, fields - 1 end
    if new then bytes, fields = bytes + #field + #new, fields + 1 end
    writes[#writes + 1] = {field, new}
  end
end
local held, count = (life[3] or ''):match('^(%d+) (%d+)$')
local function isOver() return held + bytes > tonumber(ARGV[3]) or count + fields > tonumber(ARGV[4]) end
if ARGV[3] and (bytes > 0 or fields > 0) and (not held or isOver()) then
  held, count = 0, 0
  local hash = redis.call('HGETALL', record)
  for i = 1, #hash, 2 do
    if not hash[i]:find('^[@!]') then held, count = held + #hash[i] + #hash[i + 1], count + 1 end
  end
  if isOver() then return {'too-large'} end
end
for _, write in ipairs(writes) do
  if write[2] then redis.call('HSET', record, write[1], write[2]) else redis.call('HDEL', record, write[1]) end
end
if held and #writes > 0 then
  redis.call('HSET', record, '@size', string.format('%.0f %.0f', held + bytes, count + fields))
end
redis.call(ARGV[1], record, ARGV[2])
return answer
`
  // It is sent each time, and Redis reads all of it.
  .replaceAll(/\n */g, '\n')

/** Errors of a transaction of which nothing was done, since the server may know no digests. */
const ABOUT_DIGEST = /^EXECABORT|\bevalsha\b/i

/**
 * `MULTI; HSET key:stage …; EVAL script 2 key key:stage …; DEL key:stage; EXEC`
 * Values go into the stage because clients publish the arguments of EVAL to tracing.
 *
 * The text is sent until the server has run it once, and with every change on condition, since
 * those are rare. A server that does not know it any more, or a node of a cluster that never has,
 * does nothing and says so, and is sent the text.
 *
 * @param staged what `stagedFields` made
 */
export async function compareAndSet(
  link: Link,
  key: string,
  staged: readonly string[],
  limits: Limits | undefined,
  deadline: Command,
): Promise<UpdateResult> {
  const stage = `${key}:stage`
  const args = [deadline[0], String(deadline[2])]
  if (limits !== undefined) args.push(String(limits.bytes), String(limits.fields))
  const send = (how: 'eval' | 'evalsha', what: string): Promise<unknown[]> =>
    link.transaction(key, [
      ['hset', stage, staged],
      [how, what, [key, stage], args],
      ['del', stage],
    ])
  const replies = await run(link, send, staged[0]?.[0] === '=' || staged[0]?.[0] === '~')
  if (isForeign(replies[1])) return { status: 'gone' }
  throwFirstError(replies.map((reply) => (reply instanceof Error ? refused(link.name, reply) : reply)))
  return resultOf(textListOf(replies[1], 'EVAL'))
}

type Send = (how: 'eval' | 'evalsha', what: string) => Promise<unknown[]>

/** Sends the digest where the server may know it, and the text where it does not. */
async function run(link: Link, send: Send, isRare: boolean): Promise<unknown[]> {
  let isRefused = false
  if (link.namesScripts && !isRare) {
    try {
      const replies = await send('evalsha', await digestOf(SCRIPT))
      if (!isUnknown(replies[1])) return replies
    } catch (error) {
      if (!(error instanceof Error) || !ABOUT_DIGEST.test(error.message)) throw error
      isRefused = true
    }
  }
  try {
    const replies = await send('eval', SCRIPT)
    link.namesScripts = !isRefused && link.namesScripts !== false
    return replies
  } catch (error) {
    throw refused(link.name, error)
  }
}

let digest: Promise<string> | undefined

/** By this a server knows a script that it has run. */
function digestOf(script: string): Promise<string> {
  return (digest ??= crypto.subtle
    .digest('SHA-1', new TextEncoder().encode(script))
    .then((bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')))
}

/** A change as the fields of its stage, conditions first: a copy. */
export function stagedFields(change: Change): string[] {
  const staged: string[] = []
  for (const [field, value] of change.expect ?? []) {
    if (value === null) staged.push(`~${field}`, '')
    else staged.push(`=${field}`, value)
  }
  for (const [field, value] of change.set ?? []) staged.push(`>${field}`, value)
  for (const field of change.delete ?? []) staged.push(`-${field}`, '')
  for (const [field, by] of change.increment ?? []) staged.push(`+${field}`, String(by))
  for (const field of change.take ?? []) staged.push(`<${field}`, '')
  return staged
}

/** The change without conditions that was staged. */
export function changeOf(staged: readonly string[]): Change {
  const set = new Map<string, string>()
  const increment = new Map<string, number>()
  const removed: string[] = []
  const take: string[] = []
  for (let i = 0; i < staged.length; i += 2) {
    const field = staged[i]!.slice(1)
    const value = staged[i + 1]!
    if (staged[i]![0] === '>') set.set(field, value)
    else if (staged[i]![0] === '+') increment.set(field, Number(value))
    else if (staged[i]![0] === '-') removed.push(field)
    else take.push(field)
  }
  return { set, increment, delete: removed, take }
}

function resultOf([status, ...told]: (string | null)[]): UpdateResult {
  if ((status === 'conflict' || status === 'too-large') && told.length === 0) return { status }
  if (status === 'gone' && told.length === 1)
    return told[0] ? { status, ended: told[0] as EndReason } : { status }
  if (status !== 'ok' || told.length % 3 !== 0) throw new UnreadableReply('EVAL', [status, ...told])
  const values = new Map<string, string | null>()
  const notIntegers: string[] = []
  for (let i = 0; i < told.length; i += 3) {
    const [verb, field, value] = told.slice(i, i + 3)
    if (typeof field !== 'string') throw new UnreadableReply('EVAL', told)
    if (verb === '!') notIntegers.push(field)
    else if (verb === '<' || verb === '+') values.set(field, value ?? null)
    else throw new UnreadableReply('EVAL', told)
  }
  return { status: 'ok', values, ...(notIntegers.length > 0 && { notIntegers }) }
}

/** Clients word it in their own way. */
function isUnknown(reply: unknown): boolean {
  return reply instanceof Error && /NoScript|no matching script/i.test(reply.message)
}

/** Servers without scripts, or users without the right to them, name the command they refuse. */
function refused(store: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/\beval\b/i.test(error.message)) return error
  return storeError('ERR_STORE_UNSUPPORTED', store, error)
}
