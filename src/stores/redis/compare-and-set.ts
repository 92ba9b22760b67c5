/**
 * Changing fields only if others hold what is expected: the one thing that plain
 * commands cannot do in one step, so the one thing that needs a script.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'
import type { Change, EndReason, UpdateResult } from '../../core/store.ts'
import type { Command } from './client.ts'
import { isForeign, throwFirstError } from './hash.ts'
import type { Link } from './link.ts'
import { textListOf, UnreadableReply } from './replies.ts'

/**
 * KEYS: the record, the staged change. ARGV: the command that sets the deadline, and its
 * argument. Each staged field is named by what to do (`=` compare, `~` compare with
 * absent, `>` set, `-` delete, `+` increment, `<` take) and the name of the field.
 */
const SCRIPT = `
local record, stage = KEYS[1], redis.call('HGETALL', KEYS[2])
local life = redis.call('HMGET', record, '@', '!')
if not life[1] then return {'gone', life[2]} end
for i = 1, #stage, 2 do
  local verb, held = stage[i]:sub(1, 1), redis.call('HGET', record, stage[i]:sub(2))
  if verb == '=' and held ~= stage[i + 1] or verb == '~' and held then return {'conflict'} end
end
local answer = {'ok'}
local function tell(verb, field, value)
  answer[#answer + 1] = verb
  answer[#answer + 1] = field
  answer[#answer + 1] = value
end
for i = 1, #stage, 2 do
  local verb, field, value = stage[i]:sub(1, 1), stage[i]:sub(2), stage[i + 1]
  if verb == '>' then
    redis.call('HSET', record, field, value)
  elseif verb == '-' then
    redis.call('HDEL', record, field)
  elseif verb == '<' then
    tell(verb, field, redis.call('HGET', record, field))
    redis.call('HDEL', record, field)
  elseif verb == '+' then
    local held = redis.call('HGET', record, field)
    local sum = redis.pcall('HINCRBY', record, field, value)
    if type(sum) ~= 'number' then
      tell('!', field, false)
    elseif math.max(math.abs(sum), math.abs(sum - value)) > 9007199254740991 then
      redis.call('HSET', record, field, held)
      tell('!', field, false)
    else
      tell(verb, field, string.format('%.0f', sum))
    end
  end
end
redis.call(ARGV[1], record, ARGV[2])
return answer
`

/**
 * Prepares `MULTI; HSET key:stage …; EVAL script 2 key key:stage …; DEL key:stage; EXEC`.
 * Values go into the stage because clients publish the arguments of EVAL to tracing. The
 * text of the script is sent each time: inside a transaction there is no falling back
 * from EVALSHA, and the text costs a seventh of the throughput at most.
 */
export function compareAndSet(
  key: string,
  change: Change,
): (link: Link, deadline: Command) => Promise<UpdateResult> {
  const stage = `${key}:stage`
  const staged = stagedFields(change)
  return async (link, deadline) => {
    const args = [deadline[0], String(deadline[2])]
    const commands: Command[] = [
      ['hset', stage, staged],
      ['eval', SCRIPT, [key, stage], args],
      ['del', stage],
    ]
    const replies = await link.transaction(key, commands).catch((error: unknown) => {
      throw refused(link.name, error)
    })
    if (isForeign(replies[1])) return { status: 'gone' }
    throwFirstError(replies.map((reply) => (reply instanceof Error ? refused(link.name, reply) : reply)))
    return resultOf(textListOf(replies[1], 'EVAL'))
  }
}

function stagedFields(change: Change): string[] {
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

function resultOf([status, ...told]: (string | null)[]): UpdateResult {
  if (status === 'conflict' && told.length === 0) return { status }
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

/** Servers without scripts, or users without the right to them, name the command they refuse. */
function refused(store: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/\beval\b/i.test(error.message)) return error
  return storeError('ERR_STORE_UNSUPPORTED', store, error)
}
