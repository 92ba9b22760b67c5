import { beforeEach, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser, type Visit } from '../support/browser.ts'
import { delayed, gated, recorded } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

interface Data {
  n?: number
  list?: number[]
  text?: string
  [key: `k${number}`]: number
}

let browser: Browser<Data>
beforeEach(() => {
  browser = new Browser(new Sessions<Data>({}, delayed(memoryStore(), seeded(7))))
})

async function handles(count: number): Promise<Visit<Data>[]> {
  return Promise.all(Array.from({ length: count }, () => browser.open()))
}

describe('increment', () => {
  test('in one tick gives each caller the result of its own step', async () => {
    await browser.visit(async (session) => {
      const steps = [1, 5, -2, 10]
      expect(await Promise.all(steps.map((by) => session.increment('n', by)))).toEqual([1, 6, 4, 14])
      expect(await Promise.all(steps.map((by) => session.increment('n', by)))).toEqual([15, 20, 18, 28])
    })
  })

  test('from twenty requests at once counts twenty, and no two get the same number', async () => {
    await browser.visit((session) => session.set('text', 'x'))
    const results = await Promise.all((await handles(20)).map(({ session }) => session.increment('n')))
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(await browser.visit((session) => session.get('n'))).toBe(20)
  })

  test('reads its own result at once, and the true one once it is stored', async () => {
    await browser.visit((session) => session.set('n', 1))
    const [here, there] = await handles(2)
    await there?.session.increment('n', 100)
    const step = here?.session.increment('n')
    expect(here?.session.get('n')).toBe(2)
    expect(await step).toBe(102)
    expect(here?.session.get('n')).toBe(102)
  })

  test('of what is no integer is refused and changes nothing', async () => {
    await browser.visit((session) => session.set({ text: 'x', n: 1.5 }))
    await browser.visit(async (session) => {
      for (const key of ['text', 'n'] as 'n'[]) {
        await expect(session.increment(key)).rejects.toMatchObject({ code: 'ERR_NOT_INTEGER' })
      }
      for (const by of [0.5, Number.NaN, Infinity, 2 ** 53, '1' as never]) {
        await expect(session.increment('k1', by)).rejects.toMatchObject({ code: 'ERR_NOT_INTEGER' })
      }
    })
    expect(await browser.visit((session) => session.getAll())).toEqual({ text: 'x', n: 1.5 })
  })

  test('never leaves the safe range, for a new session either', async () => {
    await browser.visit(async (session) => {
      const max = Number.MAX_SAFE_INTEGER
      const results = await Promise.allSettled([session.increment('n', max), session.increment('n', max)])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      expect(session.get('n')).toBe(max)
      await expect(session.increment('n')).rejects.toMatchObject({ code: 'ERR_NOT_INTEGER' })
    })
    expect(await browser.visit((session) => session.get('n'))).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('set, increment, take and delete of one key', () => {
  test('in one tick happen in their order', async () => {
    await browser.visit(async (session) => {
      const results = await Promise.all([
        session.set('n', 10),
        session.increment('n', 5),
        session.increment('n'),
        session.take('n'),
        session.increment('n', 3),
        session.take('n'),
        session.take('n'),
        session.set('n', 7),
        session.delete('n'),
        session.increment('n', 2),
      ])
      expect(results).toEqual([undefined, 15, 16, 16, 3, 3, undefined, undefined, undefined, 2])
      expect(session.get('n')).toBe(2)
    })
    expect(await browser.visit((session) => session.get('n'))).toBe(2)
  })
})

describe('take', () => {
  test('by twenty requests at once gives the value to one', async () => {
    await browser.visit((session) => session.set('text', 'prize'))
    const taken = await Promise.all((await handles(20)).map(({ session }) => session.take('text')))
    expect(taken.filter((value) => value !== undefined)).toEqual(['prize'])
    expect(await browser.visit((session) => session.has('text'))).toBe(false)
  })
})

describe('update', () => {
  test('by fifty requests at once loses nothing', async () => {
    await browser.visit((session) => session.set('n', 0))
    const computed = (await handles(50)).map(({ session }) => session.update('n', (n = 0) => n + 1))
    const results = (await Promise.all(computed)).map(Number)
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(await browser.visit((session) => session.get('n'))).toBe(50)
  })

  test('by fifty callers of one handle, of an anonymous visitor, loses nothing', async () => {
    await browser.visit(async (session) => {
      await Promise.all(Array.from({ length: 50 }, () => session.update('n', (n = 0) => n + 1)))
      expect(session.get('n')).toBe(50)
    })
    expect(await browser.visit((session) => session.get('n'))).toBe(50)
  })

  test('runs again on the value of whoever was faster', async () => {
    await browser.visit((session) => session.set('text', 'a'))
    const [slow, fast] = await handles(2)
    const seen: unknown[] = []
    const result = await slow?.session.update('text', async (text) => {
      seen.push(text)
      if (seen.length === 1) await fast?.session.set('text', 'b')
      return `${text}!`
    })
    expect([seen, result]).toEqual([['a', 'b'], 'b!'])
  })

  test('keeps a write that the same handle makes meanwhile', async () => {
    await browser.visit((session) => session.set({ n: 1, text: 'a' }))
    await browser.visit(async (session) => {
      let runs = 0
      await session.update('n', async (n = 0) => {
        runs++
        if (runs === 1) await session.set({ n: 10, text: 'b' })
        return n + 1
      })
      expect([runs, session.getAll()]).toEqual([2, { n: 11, text: 'b' }])
    })
  })

  test('needs a function, and says what writes a value', async () => {
    const { session } = await browser.open()
    expect(() => session.update('n', 5 as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringContaining('To write a value, use set()') as string,
      }),
    )
  })

  test('may update other keys of the session while it computes', async () => {
    await browser.visit((session) => session.set({ n: 1, text: 'a' }))
    await browser.visit(async (session) => {
      await session.update('n', async (n = 0) => {
        await session.update('text', (text) => `${text}!`)
        await session.append('list', n)
        return n + 1
      })
      expect(session.getAll()).toEqual({ n: 2, text: 'a!', list: [1] })
    })
  })

  test('deletes with undefined, and creates a session if there is none', async () => {
    await browser.visit((session) => session.update('n', () => 1))
    expect(await browser.visit((session) => session.get('n'))).toBe(1)
    await browser.visit((session) => session.update('n', () => undefined))
    expect(await browser.visit((session) => session.has('n'))).toBe(false)
  })

  test('whose computation throws writes nothing and passes the error on', async () => {
    await browser.visit((session) => session.set('n', 1))
    await browser.visit(async (session) => {
      const failing = session.update('n', () => {
        throw new RangeError('no')
      })
      await expect(failing).rejects.toThrow(RangeError)
      expect(session.get('n')).toBe(1)
      await session.update('n', (n = 0) => n + 1)
    })
    expect(await browser.visit((session) => session.get('n'))).toBe(2)
  })

  test('gives up with an error instead of trying for ever', async () => {
    const { store, calls } = recorded(memoryStore())
    browser = new Browser(new Sessions<Data>({}, store))
    await browser.visit((session) => session.set('n', 0))
    const [slow, fast] = await handles(2)
    const losing = slow?.session.update('n', async (n = 0) => {
      await fast?.session.increment('n')
      return n
    })
    await expect(losing).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT', status: 409 })
    expect(calls.length).toBeLessThan(500)
  })
})

describe('append', () => {
  test('by twenty requests at once keeps each item once', async () => {
    await browser.visit((session) => session.set('text', 'x'))
    await Promise.all((await handles(20)).map(({ session }, i) => session.append('list', i)))
    const list = (await browser.visit((session) => session.get('list'))) ?? []
    expect(list.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test('adds several items in order, and refuses what is no list', async () => {
    await browser.visit(async (session) => {
      await session.append('list', 1, 2)
      await session.append('list', 3)
      expect(session.get('list')).toEqual([1, 2, 3])
      await session.set('text', 'x')
      await expect(session.append('text' as 'list', 1)).rejects.toMatchObject({ code: 'ERR_VALUE_INVALID' })
      expect(session.get('text')).toBe('x')
    })
  })
})

test('a hundred requests that write different keys at once lose none', async () => {
  await browser.visit((session) => session.set('text', 'x'))
  await Promise.all((await handles(100)).map(({ session }, i) => session.set(`k${i}`, i)))
  expect(Object.keys(await browser.visit((session) => session.getAll()))).toHaveLength(101)
})

test('the first writes of two requests without a cookie make two sessions', async () => {
  const [a, b] = await handles(2)
  await Promise.all([a?.session.set('n', 1), b?.session.set('n', 2)])
  expect(a?.session.id).not.toBe(b?.session.id)
})

test('a write waits for the one before it, so that they reach the store in order', async () => {
  const { store, hold } = gated(memoryStore())
  browser = new Browser(new Sessions<Data>({}, store))
  await browser.visit((session) => session.set('n', 0))
  const { session } = await browser.open()
  const gate = hold('update')
  const writes = [session.set('n', 1)]
  await gate.reached
  writes.push(session.set('n', 2))
  gate.open()
  await Promise.all(writes)
  expect(await browser.visit((later) => later.get('n'))).toBe(2)
})
