import { channel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEmitter } from '../../src/core/events.ts'
import { SessionWatch, type Watchable } from '../../src/core/users/watch.ts'
import { createToken, Identity, listName, listOfToken } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'

let memory: MemoryStore
let loads: string[]
let failing: boolean
let watch: SessionWatch

beforeEach(() => {
  vi.useFakeTimers()
  memory = memoryStore()
  loads = []
  failing = false
  watch = new SessionWatch(
    {
      async load(key, list) {
        loads.push(key)
        if (failing) throw new Error('connect ECONNREFUSED')
        return memory.load(key, list)
      },
    },
    500,
  )
})
afterEach(() => {
  memory.close()
  vi.useRealTimers()
})

/** What a stream watches. */
function session(key: string, token = createToken()): Watchable {
  const meta = { createdAt: 1, authenticatedAt: 1, idle: 1e6, absoluteAt: 1e6, persist: true }
  return { identity: new Identity(token, key, `id-${key}`), meta }
}

function begin(key: string): void {
  memory.create(key, { meta: 'm', fields: new Map() }, { idle: 1e6, absoluteAt: Date.now() + 1e6 })
}

test('nothing is asked, and no timer runs, while nothing is watched', async () => {
  begin('a')
  const stop = watch.watch(session('a'), () => {})
  memory.close()
  expect(vi.getTimerCount()).toBe(1)
  stop()
  stop()
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(5000)
  expect(loads).toEqual([])
})

test('the end of a record in another process is seen in the next round, and told once', async () => {
  begin('a')
  begin('b')
  const told: string[] = []
  watch.watch(session('a'), () => told.push('a'))
  const stop = watch.watch(session('b'), () => told.push('b'))
  await vi.advanceTimersByTimeAsync(500)
  expect(told).toEqual([])
  memory.destroy('a', 'revoked')
  await vi.advanceTimersByTimeAsync(499)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toEqual(['a'])
  stop()
})

test('a session that its list bars is at an end, though its record is still there', async () => {
  begin('a')
  const token = createToken(await listName('ann'))
  const told = vi.fn<() => void>()
  watch.watch(session('a', token), told)
  const list = listOfToken(token) ?? ''
  memory.index.bar(list, { at: 0, spare: null, until: Date.now() + 1e6 })
  await vi.advanceTimersByTimeAsync(500)
  expect(told).not.toHaveBeenCalled()
  memory.index.bar(list, { at: 1, spare: null, until: Date.now() + 1e6 })
  await vi.advanceTimersByTimeAsync(500)
  expect(told).toHaveBeenCalledTimes(1)
})

test('the end of a record in this process is told at once, without asking the store', () => {
  const emit = createEmitter()
  const told: string[] = []
  watch.watch(session('a'), () => told.push('a'))
  watch.watch(session('b'), () => told.push('b'))
  const stop = watch.watch(session('c'), () => told.push('c'))
  emit({ type: 'touched', id: 'id-a' })
  emit({ type: 'rotated', id: 'id-c', previousId: 'id-b' })
  expect(told).toEqual(['b'])
  emit({ type: 'destroyed', id: 'id-a', reason: 'logout' })
  expect(told).toEqual(['b', 'a'])
  expect(loads).toEqual([])
  stop()
})

test('the events of this process are heard only while something is watched', () => {
  const events = channel('sojourn:event')
  const stop = watch.watch(session('a'), () => {})
  const stopOther = watch.watch(session('b'), () => {})
  stop()
  expect(events.hasSubscribers).toBe(true)
  stopOther()
  expect(events.hasSubscribers).toBe(false)
})

test('many who watch one record cost one read for each round', async () => {
  begin('a')
  const stops = Array.from({ length: 5 }, () => watch.watch(session('a'), () => {}))
  expect(watch.watching('a')).toBe(5)
  await vi.advanceTimersByTimeAsync(1000)
  expect(loads).toEqual(['a', 'a'])
  for (const stop of stops) stop()
  expect(watch.watching('a')).toBe(0)
})

test('one who stops leaves the others watching', async () => {
  begin('a')
  const told = vi.fn<() => void>()
  const stop = watch.watch(session('a'), () => {})
  const stopOther = watch.watch(session('a'), told)
  stop()
  stop()
  memory.destroy('a', 'logout')
  await vi.advanceTimersByTimeAsync(500)
  expect(told).toHaveBeenCalledTimes(1)
  stopOther()
})

test('a failing store ends nothing, is asked less and less, and by one read at a time', async () => {
  for (let i = 0; i < 200; i++) begin(`key${i}`)
  const told = vi.fn<() => void>()
  const stops = Array.from({ length: 200 }, (_, i) => watch.watch(session(`key${i}`), told))
  failing = true
  await vi.advanceTimersByTimeAsync(500)
  expect(loads.length).toBe(64)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(loads.length).toBeGreaterThan(64 + 4)
  expect(loads.length).toBeLessThan(64 + 12)
  expect(told).not.toHaveBeenCalled()

  failing = false
  memory.destroy('key150', 'revoked')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toHaveBeenCalledTimes(1)
  loads.length = 0
  await vi.advanceTimersByTimeAsync(500)
  expect(loads.length).toBe(199)
  for (const stop of stops) stop()
})

test('it begins again after everything has stopped', async () => {
  begin('a')
  watch.watch(session('a'), () => {})()
  const told = vi.fn<() => void>()
  const stop = watch.watch(session('a'), told)
  memory.destroy('a', 'logout')
  await vi.advanceTimersByTimeAsync(500)
  expect(told).toHaveBeenCalledTimes(1)
  expect(loads).toEqual(['a'])
  stop()
})
