import { beforeEach, describe, expect, test } from 'vitest'
import { fieldName } from '../../src/core/record/field-name.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Session } from '../../src/core/session/session.ts'
import { isAlive } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'

type Write = (session: Session, name: string, value: unknown) => Promise<unknown>

/** Every way to bring a new name with a value into a session. */
const WRITES: Record<string, Write> = {
  set: (session, name, value) => session.set(name, value),
  'set of several': (session, name, value) => session.set({ small: 1, [name]: value }),
  update: (session, name, value) => session.update(name, () => value),
  append: (session, name, value) => session.append(name, value),
  increment: (session, name) => session.increment(name),
  flash: (session, name, value) => session.flash(name, value),
  'login with data': (session, name, value) => session.login('ann', { data: { [name]: value } }),
  'set in a namespace': (session, name, value) => session.namespace('n').set(name, value),
  'increment in a namespace': (session, name) => session.namespace('n').increment(name),
}

let memory: MemoryStore
let calls: Verb[]
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = begin()
})

function begin(options: SessionOptions = {}): Browser {
  const recording = recorded(memory)
  calls = recording.calls
  return new Browser(new Sessions(options, recording.store))
}

async function stored(): Promise<ReadonlyMap<string, string>> {
  const record = memory.load((await identify(browser.token)).key)
  return isAlive(record) ? new Map(record.fields) : new Map()
}

/** Holds a session of Ann's against every write, none of which may pass or leave a trace. */
async function expectRefusal(name: string, message: RegExp, writes = WRITES): Promise<void> {
  const before = await stored()
  for (const [way, write] of Object.entries(writes)) {
    await browser.visit(async (session) => {
      calls.length = 0
      const seen = session.getAll()
      const refused = {
        code: 'ERR_RECORD_TOO_LARGE',
        status: 413,
        message: expect.stringMatching(message) as string,
      }
      await expect(write(session, name, 'x'), way).rejects.toMatchObject(refused)
      expect([way, calls]).toEqual([way, []])
      expect([session.userId, session.getAll()]).toEqual(['ann', seen])
    })
    expect(await stored()).toEqual(before)
  }
}

describe('names', () => {
  const long = 'k'.repeat(4097)

  test('of over 4 KiB are refused by every write, and the old data stays', async () => {
    await browser.visit((session) => session.login('ann', { data: { cart: 'old' } }))
    await expectRefusal(
      long,
      /^The name ".{60,80}…" has \d+ bytes with its namespace, more than 4096\. .*shorter key.* Nothing was stored/,
    )
    expect(await stored()).toEqual(new Map([['cart', '$old']]))
  })

  test('count in bytes, together with their namespace', async () => {
    await browser.visit(async (session) => {
      await session.set('k'.repeat(4096), 1)
      await session.namespace('n'.repeat(2000)).set('k'.repeat(2095), 1)
      await session.set('é'.repeat(2048), 1)
      const tooLarge = { code: 'ERR_RECORD_TOO_LARGE' }
      await expect(session.namespace('n'.repeat(2000)).set('k'.repeat(2096), 1)).rejects.toMatchObject(
        tooLarge,
      )
      await expect(session.set('é'.repeat(2049), 1)).rejects.toMatchObject(tooLarge)
      // Each of these takes five bytes in the store.
      await expect(session.set('%'.repeat(820), 1)).rejects.toMatchObject(tooLarge)
    })
  })

  test('too long to be written can be read and removed', async () => {
    await browser.visit((session) => session.set('a', 1))
    const { key } = await identify(browser.token)
    memory.update(key, { set: new Map([[long, '7']]) }, { idle: 60_000, absoluteAt: Date.now() + 60_000 })
    await browser.visit(async (session) => {
      expect([session.get(long), session.has(long), session.get(`${long}x`)]).toEqual([7, true, undefined])
      await session.set('a', 2)
      await session.delete(long)
    })
    expect(await browser.visit((session) => session.getAll())).toEqual({ a: 2 })
  })
})

describe('the number of values', { timeout: 30_000 }, () => {
  const thousand = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`v${i}`, i]))

  test('is a thousand at most, for every write, and the old data stays', async () => {
    await browser.visit((session) => session.login('ann', { data: thousand }))
    await expectRefusal('more', /1001|1002/)
    await expectRefusal('more', /values, more than 1000\. .*one object or list\. Nothing was stored/, {
      set: WRITES['set']!,
    })
    expect((await stored()).size).toBe(1000)
  })

  test('leaves values that are there to be changed, counted, taken and removed', async () => {
    await browser.visit(async (session) => {
      await session.set(thousand)
      await session.set('v1', 'a longer text')
      expect(await session.increment('v2', 5)).toBe(7)
      expect(await session.take('v3')).toBe(3)
      await session.set('new', 1)
    })
    expect((await stored()).size).toBe(1000)
  })

  test('counts what one tick adds up to', async () => {
    await browser.visit(async (session) => {
      const writes = Array.from({ length: 1010 }, (_, i) => session.increment(`n${i}`))
      const results = await Promise.allSettled(writes)
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    })
    expect((await stored()).size).toBe(1000)
  })
})

test('a session from before a limit was lowered is read, shrunk and ended as ever, and takes nothing more', async () => {
  await browser.visit((session) => session.set({ a: 'x'.repeat(500), b: 'y' }))
  const { token } = browser
  browser = begin({ maxBytes: 100 })
  browser.token = token
  await browser.visit(async (session) => {
    expect(session.get('b')).toBe('y')
    await expect(session.set('c', 1)).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE' })
    await expect(session.set('b', 'yy')).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE' })
    await session.set('b', 'z')
    await session.set('a', 'x'.repeat(400))
    await session.set('a', 'short')
    await session.set('c', 1)
  })
  expect(await browser.visit((session) => session.getAll())).toEqual({ a: 'short', b: 'z', c: 1 })
  await browser.visit((session) => session.logout())
  expect(browser.token).toBe('')
})

test('names in errors are cut, and cannot forge a line in a log', async () => {
  const forged = `a\n2026-01-01 admin signed in\u001b[2K${'x'.repeat(100_000)}`
  await browser.visit(async (session) => {
    for (const write of [session.set(forged, 1), session.set(forged.slice(0, 50), () => 1)]) {
      const error = await write.then(
        () => null,
        (thrown: unknown) => thrown as Error,
      )
      expect(error?.message.length).toBeLessThan(500)
      // oxlint-disable-next-line no-control-regex
      expect(error?.message).not.toMatch(/[\0-\x1f]/)
    }
  })
})

test.each([[['a']], [{ role: 'admin' }], [7], [null], [undefined], [Symbol('s')]])(
  'a key or namespace that is no text is refused: %s',
  async (bad) => {
    const refused = expect.objectContaining({ code: 'ERR_OPTION_INVALID' }) as unknown
    expect(() => fieldName('', bad as never)).toThrow(refused as Error)
    expect(() => fieldName(bad as never, 'a')).toThrow(refused as Error)
    await browser.visit(async (session) => {
      const key = bad as unknown as string
      await expect(session.increment(key)).rejects.toEqual(refused)
      await expect(session.update(key, () => 1)).rejects.toEqual(refused)
      await expect(session.namespace(key).set('role', 'admin')).rejects.toEqual(refused)
      await expect(session.namespace([] as never).set('role', 'admin')).rejects.toEqual(refused)
      expect(session.getAll()).toEqual({})
    })
  },
)
