import { describe, expect, test } from 'vitest'
import { RedisClock } from '../../src/stores/redis/clock.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'
import { startWorker } from './redis/worker.ts'

const HOUR = 3_600_000

function clocks(): { steady: number; wall: number; store: RedisClock } {
  const machine = { steady: 500, wall: 7 * HOUR }
  const store = new RedisClock(
    () => machine.steady,
    () => machine.wall,
  )
  return Object.assign(machine, { store })
}

function pass(machine: { steady: number; wall: number }, ms: number): void {
  machine.steady += ms
  machine.wall += ms
}

describe('the clock', () => {
  test('is the one of the server from the first answer on, whatever the machine says', () => {
    const machine = clocks()
    expect(machine.store.isSet()).toBe(false)
    machine.store.set(['1700000000', '250999'])
    expect(machine.store.isSet()).toBe(true)
    expect(machine.store.now()).toBe(1_700_000_000_250)
    pass(machine, 1500)
    expect(machine.store.now()).toBe(1_700_000_001_750)
  })

  test('is due for an answer at first, then after a minute, and asks one caller per second', () => {
    const machine = clocks()
    expect([machine.store.isDue(), machine.store.isDue()]).toEqual([true, true])
    machine.store.set(['1700000000', '0'])
    pass(machine, 59_999)
    expect(machine.store.isDue()).toBe(false)
    pass(machine, 1)
    expect([machine.store.isDue(), machine.store.isDue()]).toEqual([true, false])
    pass(machine, 1000)
    expect([machine.store.isDue(), machine.store.isDue()]).toEqual([true, false])
    machine.store.set(['1700000061', '0'])
    pass(machine, 2000)
    expect(machine.store.isDue()).toBe(false)
  })

  test('is not trusted after the process was frozen, until the server was asked again', () => {
    const machine = clocks()
    machine.store.set(['1700000000', '0'])
    machine.wall += 10 * 60_000
    expect(machine.store.isSet()).toBe(false)
    expect(machine.store.isDue()).toBe(true)
    machine.store.set(['1700000600', '0'])
    expect(machine.store.isSet()).toBe(true)
    expect(machine.store.now()).toBe(1_700_000_600_000)
  })
})

describe('an application server with a wrong clock', () => {
  const fixture = useFixture()

  test.for([2 * HOUR, -2 * HOUR])('neither ends a session nor lets it live longer: %d ms', async (skew) => {
    const store = await fixture.open()
    const worker = await startWorker('ioredis 6', fixture.server.url, skew)
    const before = await store.now()
    expect(Math.abs(((await worker.call('now')) as number) - before)).toBeLessThan(1000)

    const life = await lifetime(store, HOUR / 2, HOUR)
    await worker.call('create', 'k', record({ a: '1' }), life)
    expect(await store.load('k')).toMatchObject({ meta: 'meta' })
    expect(await fixture.redis.pttl('sojourn:{k}')).toBeLessThanOrEqual(HOUR / 2)

    const nearEnd = { idle: HOUR / 2, absoluteAt: (await store.now()) + 60_000 }
    expect(await worker.call('touch', 'k', nearEnd)).toBe(true)
    const left = await fixture.redis.pttl('sojourn:{k}')
    expect(left).toBeGreaterThan(55_000)
    expect(left).toBeLessThanOrEqual(60_000)
    expect(await worker.call('load', 'k')).toMatchObject({ meta: 'meta' })
    await worker.stop()
  })
})
