/** A local Upstash that fails as it is told, seen through the client of Upstash. */

import { Redis as Upstash } from '@upstash/redis'
import { describe, expect, test } from 'vitest'
import { useUpstash } from './upstash/fixture.ts'

const fixture = useUpstash()

function open(retries = 5): Upstash {
  const { url, token } = fixture.upstash
  return new Upstash({ url, token, automaticDeserialization: false, retry: { retries } })
}

describe('failures', () => {
  test('come as often as asked for, to the requests asked for, and then no more', async () => {
    fixture.upstash.fail('rate-limited', { times: 2, when: ({ commands }) => commands[0]?.[0] === 'get' })
    await open(0).set(`${fixture.prefix}a`, '1')
    await expect(open(0).get(`${fixture.prefix}a`)).rejects.toThrow('max requests limit')
    await expect(open(0).get(`${fixture.prefix}a`)).rejects.toThrow('max requests limit')
    expect(await open(0).get(`${fixture.prefix}a`)).toBe('1')
    expect(fixture.upstash.requests.slice(-4).map(({ fault }) => fault)).toEqual([
      undefined,
      'rate-limited',
      'rate-limited',
      undefined,
    ])
  })

  test.each([
    ['drop-before', 0],
    ['drop-after', 1],
    ['cut', 1],
    ['half', 1],
    ['short', 1],
    ['unauthorized', 0],
    ['rate-limited', 0],
    ['bad-gateway', 0],
    ['redirect', 0],
  ] as const)('after %s the command was executed %i times', async (fault, times) => {
    fixture.upstash.fail(fault)
    await expect(open(0).incr(`${fixture.prefix}count`)).rejects.toBeInstanceOf(Error)
    expect(Number(await fixture.redis.get(`${fixture.prefix}count`))).toBe(times)
  })

  test('a delayed answer was executed at once', async () => {
    fixture.upstash.fail({ delay: 60_000 })
    const answer = open(0).incr(`${fixture.prefix}count`)
    await expect.poll(async () => fixture.redis.get(`${fixture.prefix}count`), { interval: 5 }).toBe('1')
    const ended = answer.then(
      () => 'answered',
      () => 'failed',
    )
    expect(await Promise.race([ended, Promise.resolve('not yet')])).toBe('not yet')
    fixture.upstash.fail({ delay: 20 })
    expect(await open(0).incr(`${fixture.prefix}count`)).toBe(2)
  })
})

describe('a replica that lags', () => {
  test('shows what was there before, except to those who carry the token of a later answer', async () => {
    const [writer, reader] = [open(), open()]
    await writer.hset(`${fixture.prefix}hash`, { a: '1' })
    fixture.upstash.lag()
    await writer.hset(`${fixture.prefix}hash`, { a: '2' })
    await writer.set(`${fixture.prefix}new`, 'x')
    await writer.del(`${fixture.prefix}hash`)
    expect(await reader.hget(`${fixture.prefix}hash`, 'a')).toBe('1')
    expect(await reader.get(`${fixture.prefix}new`)).toBeNull()
    expect(await writer.get(`${fixture.prefix}new`)).toBe('x')
    expect(await writer.hget(`${fixture.prefix}hash`, 'a')).toBeNull()
    await fixture.upstash.catchUp()
    expect(await reader.hget(`${fixture.prefix}hash`, 'a')).toBeNull()
    expect(await reader.get(`${fixture.prefix}new`)).toBe('x')
    expect(await fixture.redis.keys(`*${fixture.prefix}*`)).toEqual([`${fixture.prefix}new`])
  })
})
