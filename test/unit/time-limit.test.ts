import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TimeLimit } from '../../src/core/wrappers/time-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => {})
const outcomes = { succeeded() {}, failed: (error: unknown) => error as Error, late: () => new Error('late') }

async function settled(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: Error) => error.message)
}

describe('a deadline', () => {
  test('settles as the work does', async () => {
    const deadline = new TimeLimit(100)
    await expect(deadline.race(Promise.resolve(5), outcomes)).resolves.toBe(5)
    await expect(deadline.race(Promise.reject(new Error('refused')), outcomes)).rejects.toThrow('refused')
  })

  test('rejects when its limit has passed, and not before', async () => {
    const deadline = new TimeLimit(100)
    const outcome = vi.fn<(error: Error) => void>()
    deadline.race(never, outcomes).catch(outcome)
    await vi.advanceTimersByTimeAsync(99)
    expect(outcome).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(outcome).toHaveBeenCalledOnce()
  })

  test('expires works in the order they came, each at its own time', async () => {
    const deadline = new TimeLimit(100)
    const expired: number[] = []
    for (let at = 0; at < 5; at++) {
      deadline.race(never, outcomes).catch(() => expired.push(at))
      await vi.advanceTimersByTimeAsync(10)
    }
    const counts: number[] = []
    for (let step = 0; step < 11; step++) {
      counts.push(expired.length)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(expired).toEqual([0, 1, 2, 3, 4])
    expect(counts[0]).toBe(0)
    expect(counts.every((count, step) => step === 0 || count - counts[step - 1]! <= 2)).toBe(true)
  })

  test('ignores work that ends late, and still serves what follows', async () => {
    const deadline = new TimeLimit(100)
    const slow = Promise.withResolvers<string>()
    const first = settled(deadline.race(slow.promise, outcomes))
    await vi.advanceTimersByTimeAsync(101)
    expect(await first).toBe('late')
    slow.resolve('too late')
    await expect(deadline.race(Promise.resolve('next'), outcomes)).resolves.toBe('next')
    const hanging = settled(deadline.race(never, outcomes))
    await vi.advanceTimersByTimeAsync(101)
    expect(await hanging).toBe('late')
  })

  test('arms one timer for all work, and none once all is done and its time is over', async () => {
    const deadline = new TimeLimit(100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => deadline.race(Promise.resolve(i), outcomes)))
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(101)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('forgets work that is done: a hundred thousand operations leave nothing behind', async () => {
    vi.useRealTimers()
    const deadline = new TimeLimit(1_000_000)
    const run = async (operations: number): Promise<void> => {
      for (let i = 0; i < operations; i++) await deadline.race(Promise.resolve(i), outcomes)
    }
    await run(10_000)
    const before = heapUsed()
    await run(100_000)
    // A record and its place in a list for each would be over four megabytes.
    expect(heapUsed() - before).toBeLessThan(2_000_000)
  })

  test('forgets work that is done though work before it still hangs, once that has expired', async () => {
    const deadline = new TimeLimit(100)
    const hanging = settled(deadline.race(never, outcomes))
    for (let i = 0; i < 5000; i++) await deadline.race(Promise.resolve(i), outcomes)
    await vi.advanceTimersByTimeAsync(101)
    expect(await hanging).toBe('late')
    expect(vi.getTimerCount()).toBe(0)
    expect(await deadline.race(Promise.resolve('next'), outcomes)).toBe('next')
  })
})

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
