import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

const KEY = 'kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'
const OTHER = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE'
const encryption = { keys: [KEY] }

let memory: MemoryStore
let events: SessionEvent[]
let browser: Browser

function open(options: SessionOptions = {}): Browser {
  const onEvent = (event: SessionEvent): void => void events.push(event)
  const next = new Browser(new Sessions({ encryption, onEvent, ...options }, memory))
  next.token = browser?.token ?? ''
  return next
}

/** Makes a visitor of their own. */
async function signedIn(user: string): Promise<Browser> {
  const visitor = open()
  visitor.token = ''
  await visitor.visit((session) => session.login(user, { data: { role: `role of ${user}`, card: '4111' } }))
  return visitor
}

async function fieldsOf({ token }: Browser): Promise<Map<string, string>> {
  const record = memory.load((await identify(token)).key)
  if (!isAlive(record)) throw new Error('There is no living record.')
  return new Map([...record.fields, ['(meta)', record.meta]])
}

async function plant({ token }: Browser, name: string, text: string): Promise<void> {
  const { key } = await identify(token)
  memory.update(key, { set: new Map([[name, text]]) }, { idle: 60_000, absoluteAt: Date.now() + 60_000 })
}

/** What a request sees. */
function seenBy(visitor: Browser): Promise<unknown[]> {
  return visitor.visit((session) => [session.userId, session.id, session.getAll()])
}

const ANONYMOUS = [null, null, {}]

beforeEach(async () => {
  memory = memoryStore()
  events = []
  browser = await signedIn('ann')
})

test('data of every kind comes back, and increments, updates, flashes and takes work', async () => {
  const data = { text: '\uFEFFé€😀', date: new Date(0), list: [1, { a: null }], empty: '', n: 41 }
  await browser.visit(async (session) => {
    await session.set(data)
    await session.flash('note', 'saved')
    await session.namespace('cart').append('items', 'x')
    expect(await Promise.all([session.increment('n'), session.increment('n')])).toEqual([42, 43])
  })
  await browser.visit(async (session) => {
    expect(session.getAll()).toMatchObject({ ...data, n: 43 })
    expect(session.readFlash('note')).toBe('saved')
    expect(session.namespace('cart').get('items')).toEqual(['x'])
    expect(await session.take('date')).toEqual(new Date(0))
    await session.update('text', (text) => `${String(text)}!`)
    await expect(session.increment('text')).rejects.toMatchObject({ code: 'ERR_NOT_INTEGER' })
  })
  expect(await browser.visit((session) => session.getAll())).toMatchObject({ text: `${data.text}!`, n: 43 })
})

test('fifty requests at once count fifty', async () => {
  await Promise.all(Array.from({ length: 50 }, () => open().visit((session) => session.increment('n'))))
  expect(await browser.visit((session) => session.get('n'))).toBe(50)
})

describe('no session, and an event, is what becomes of', () => {
  async function assertRefused(visitor: Browser): Promise<void> {
    const { id } = await identify(visitor.token)
    events.length = 0
    expect(await seenBy(visitor)).toEqual(ANONYMOUS)
    expect(events).toEqual([{ type: 'unreadable', id, what: 'record' }])
  }

  test('a record with a value of another session', async () => {
    const bob = await signedIn('bob')
    await plant(browser, 'role', (await fieldsOf(bob)).get('role')!)
    await assertRefused(browser)
    expect(await seenBy(bob)).toMatchObject(['bob', expect.any(String), { role: 'role of bob' }])
  })

  test('a record with a value of another field', async () => {
    await plant(browser, 'role', (await fieldsOf(browser)).get('card')!)
    await assertRefused(browser)
  })

  test('a record with a value of the same session before its rotation', async () => {
    const before = (await fieldsOf(browser)).get('role')!
    await browser.visit((session) => session.rotate())
    expect((await fieldsOf(browser)).get('role')).not.toBe(before)
    await plant(browser, 'role', before)
    await assertRefused(browser)
  })

  test('a record whose meta is that of another session', async () => {
    const bob = await signedIn('bob')
    const [mine, his] = [await fieldsOf(browser), await fieldsOf(bob)]
    for (const [i, meta] of [mine.get('(meta)')!, his.get('(meta)')!].entries()) {
      const token = `${'B'.repeat(42)}${i}`
      const { key } = await identify(token)
      memory.create(key, { meta, fields: new Map() }, { idle: 60_000, absoluteAt: Date.now() + 60_000 })
      const thief = open()
      thief.token = token
      await assertRefused(thief)
    }
  })

  test('a record of another application', async () => {
    await assertRefused(open({ app: 'other' }))
  })

  test('a record under a key that nobody has any more', async () => {
    await assertRefused(open({ encryption: { keys: [OTHER] } }))
    expect(await seenBy(open({ encryption: { keys: [OTHER, KEY] } }))).toMatchObject([
      'ann',
      expect.any(String),
      {},
    ])
  })

  test('a plain record, and one plain value', async () => {
    const plain = open({ encryption: undefined })
    plain.token = ''
    await plain.visit((session) => session.login('mallory', { data: { admin: true } }))
    const visitor = open()
    visitor.token = plain.token
    await assertRefused(visitor)
    await plant(browser, 'admin', ':true')
    await assertRefused(browser)
  })

  test('an encrypted record where encryption is off', async () => {
    await assertRefused(open({ encryption: undefined }))
  })
})

test('who cannot be read can sign in again, and sign out', async () => {
  await plant(browser, 'role', '$admin')
  await browser.visit((session) => session.login('ann', { data: { role: 'reader' } }))
  expect(await seenBy(browser)).toEqual(['ann', expect.any(String), { role: 'reader' }])
  await plant(browser, 'role', '$admin')
  await browser.visit((session) => session.logout())
  expect(browser.token).toBe('')
})

test('a value that is altered while a request runs makes its writes fail and shows nothing', async () => {
  const { session } = await browser.open()
  await session.set('n', 1)
  await plant(browser, 'n', '41')
  await expect(session.increment('n')).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  expect([session.userId, session.getAll()]).toEqual([null, {}])
})

test('an update meets the end of its session if anything in the record becomes unreadable', async () => {
  const { session } = await browser.open()
  const writing = session.update('card', async (card) => {
    if (card === '4111') await open().visit((other) => other.set('card', '4222'))
    await plant(browser, 'role', '$admin')
    return '4333'
  })
  await expect(writing).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  expect([session.userId, session.getAll()]).toEqual([null, {}])
})

describe('after login and rotation everything is sealed anew, for the new record', () => {
  test.each(['login', 'rotate'] as const)('%s', async (how) => {
    const before = await fieldsOf(browser)
    await browser.visit((session) => (how === 'login' ? session.login('ann') : session.rotate()))
    const after = await fieldsOf(browser)
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
    for (const [name, text] of before) expect(after.get(name)).not.toBe(text)
    expect(await seenBy(browser)).toEqual(['ann', expect.any(String), { role: 'role of ann', card: '4111' }])
  })
})
