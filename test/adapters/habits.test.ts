/** Habits from express-session, in strict and in sloppy mode: what would be lost in silence must throw. */

import { afterEach, describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { visitor } from '../support/visitor.ts'
import { servers, type Start, type Work } from './habits/servers.ts'
import type { Running } from './subject.ts'

let running: Running | null = null

afterEach(async () => {
  await running?.close()
  running = null
})

/** Runs code of an application; `new Function` is sloppy unless it says otherwise. */
function run(code: string, isStrict: boolean, values: Record<string, unknown>): unknown {
  // oxlint-disable-next-line no-implied-eval, no-new-func -- the only way to sloppy code in a module
  const made = new Function(...Object.keys(values), `${isStrict ? '"use strict";' : ''} ${code}`)
  return made(...Object.values(values))
}

/** What code throws; a promise that it gives is left alone. */
function thrownBy(code: string, isStrict: boolean, values: Record<string, unknown>): string {
  try {
    const result = run(code, isStrict, values)
    if (result instanceof Promise) result.catch(() => {})
    return 'nothing'
  } catch (error) {
    return isSessionError(error, 'ERR_OPTION_INVALID') ? error.message : `another error: ${String(error)}`
  }
}

/** Habits, and what the error must name. */
const HABITS: [code: string, cure: string][] = [
  ["session.user = 'ann'", "session.set('user', …)"],
  ["session['user'] = 'ann'", "session.set('user', …)"],
  ['session.views = (session.views || 0) + 1', "session.set('views', …)"],
  ['session.cart ??= []', "session.set('cart', …)"],
  ["Object.assign(session, { user: 'ann' })", "session.set('user', …)"],
  ["Reflect.set(session, 'user', 'ann')", "session.set('user', …)"],
  ["Object.defineProperty(session, 'user', { value: 'ann' })", "session.set('user', …)"],
  ["Object.create(session).user = 'ann'", "session.set('user', …)"],
  ["session.__defineGetter__('user', () => 'ann')", "session.set('user', …)"],
  ['delete session.user', "session.delete('user')"],
  ['delete session.get', "session.delete('get')"],
  ["session.data = { user: 'ann' }", 'session.set({ … })'],
  ["session.userId = 'ann'", 'session.login('],
  ["session.id = 'x'", 'session.rotate()'],
  ['session.flash = {}', 'session.flash(key, value)'],
  ['session.flash = session.flash || {}', 'session.flash(key, value)'],
  ['session.get = () => 1', 'session.set('],
  ['session.cookie.maxAge = 1000', 'idle'],
  ['session.cookie = {}', 'idle'],
  ['session.__proto__ = {}', 'session.set('],
  ['Object.setPrototypeOf(session, {})', 'session.set('],
  ['session[Symbol.iterator] = 1', 'session.set('],
  ['session["a\\nb" + "x".repeat(5000)] = 1', 'session.set("a\\nbxxx'],
  ['session.regenerate(() => {})', 'session.login('],
  ['session.regenerate()', 'session.rotate()'],
  ['session.save(() => {})', 'session.commit()'],
  ['session.reload(() => {})', 'detached('],
  ['session.resetMaxAge()', 'session.touch()'],
  ['session.destroy(() => {})', 'await session.logout()'],
  ["session.destroy('bye')", "'logout'"],
  ["session.destroy('__proto__')", "'logout'"],
  ['session.destroy({})', "'logout'"],
  ['session.destroy(null)', "'logout'"],
  ['session.logout(() => {})', 'await session.logout()'],
  ["session.login('ann', () => {})", 'await session.login('],
  ["session.login('ann', {}, () => {})", 'await session.login('],
  ['session.login({ id: 1 }, () => {})', 'await session.login('],
  ["session.set('a', 1, () => {})", 'await session.set('],
  ['session.set({ a: 1 }, () => {})', 'await session.set('],
  ['session.set(() => {})', 'await session.set('],
  ["session.delete('a', () => {})", 'await session.delete('],
  ['session.clear(() => {})', 'await session.clear('],
  ["session.take('a', () => {})", 'await session.take('],
  ["session.increment('a', () => {})", 'await session.increment('],
  ["session.increment('a', 1, () => {})", 'await session.increment('],
  ["session.append('a', 1, () => {})", 'await session.append('],
  ["session.update('a', (a) => a, () => {})", 'await session.update('],
  ["session.flash('a', 1, () => {})", 'await session.flash('],
  ['session.touch(() => {})', 'await session.touch('],
  ['session.rotate(() => {})', 'await session.rotate('],
  ['session.rotate({}, () => {})', 'await session.rotate('],
  ['session.start(() => {})', 'await session.start('],
  ['session.commit(() => {})', 'await session.commit('],
]

/** The same on a namespace. */
const IN_NAMESPACE: [code: string, cure: string][] = [
  ['cart.items = []', "namespace.set('items', …)"],
  ['Object.assign(cart, { items: [] })', "namespace.set('items', …)"],
  ["Object.defineProperty(cart, 'items', { value: [] })", "namespace.set('items', …)"],
  ['delete cart.items', "namespace.delete('items')"],
  ["cart.name = 'other'", "namespace.set('name', …)"],
  ["cart.set('a', 1, () => {})", 'await namespace.set('],
  ['cart.clear(() => {})', 'await namespace.clear('],
]

/** On the property that the adapter hangs the session on. */
const ON_OWNER: [code: string, cure: string][] = [
  ['owner.session = null', 'session.logout()'],
  ['owner.session = undefined', 'session.logout()'],
  ['owner.session = false', 'session.logout()'],
  ["owner.session = { user: 'ann' }", 'session.set({ … })'],
  ["Object.assign(owner, { session: { user: 'ann' } })", 'session.set({ … })'],
]

const MODES = [
  ['strict', true],
  ['sloppy', false],
] as const

/** A server whose requests each take one step, and its one visitor, who is signed in. */
async function signedIn(start: Start): Promise<(step: Work) => Promise<{ status: number; body: string }>> {
  let step: Work = async (session) => {
    await session.login('ann', { data: { kept: 1 } })
    return 'in'
  }
  running = await start({ store: memoryStore() }, (session, owner) => step(session, owner))
  const browser = visitor(running.url)
  await (await browser.get('/')).text()
  return async (next) => {
    step = next
    const response = await browser.get('/')
    return { status: response.status, body: await response.text() }
  }
}

const whole: Work = (session) =>
  JSON.stringify([session.userId, session.getAll(), session.namespace('cart').getAll()])

/** What each habit throws in one request; the next one still finds the session as it was. */
async function tried(
  start: Start,
  habits: readonly [code: string, cure: string][],
  isStrict: boolean,
): Promise<Map<string, string>> {
  const seen = new Map<string, string>()
  const take = await signedIn(start)
  await take((session, owner) => {
    const cart = session.namespace('cart')
    for (const [code] of habits) seen.set(code, thrownBy(code, isStrict, { session, cart, owner }))
    return 'tried'
  })
  expect(JSON.parse((await take(whole)).body)).toEqual(['ann', { kept: 1 }, {}])
  return seen
}

describe.each(Object.entries(servers))('%s', (_, start: Start) => {
  test.each(MODES)(
    'a habit that would store nothing throws, with what to write instead (%s)',
    async (_mode, isStrict) => {
      const habits = [...HABITS, ...IN_NAMESPACE]
      const seen = await tried(start, habits, isStrict)
      for (const [code, cure] of habits) {
        expect.soft(seen.get(code), code).toContain(cure)
        expect.soft(seen.get(code)?.length, code).toBeLessThan(600)
      }
    },
  )

  test('a sign-out with a callback is answered with an error, not never', async () => {
    const take = await signedIn(start)
    const { status } = await take(
      (session) =>
        new Promise((answer) => {
          const destroy = session.destroy.bind(session) as (given: unknown) => Promise<void>
          void destroy(() => answer('bye'))
        }),
    )
    expect(status).toBe(500)
    expect(JSON.parse((await take(whole)).body)).toEqual(['ann', { kept: 1 }, {}])
  })

  test('an assignment to `data` throws in strict code; what `get` answers is a copy of your own', async () => {
    const take = await signedIn(start)
    const { body } = await take(async (session) => {
      await session.set('list', [1])
      ;(session.get('list') as number[]).push(2)
      return JSON.stringify([
        thrownBy("session.data.user = 'ann'", true, { session }),
        thrownBy('delete session.data.list', true, { session }),
        thrownBy("session.data.user = 'ann'", false, { session }),
        session.get('list'),
      ])
    })
    const thrown = expect.stringContaining('TypeError') as string
    expect(JSON.parse(body)).toEqual([thrown, thrown, 'nothing', [1]])
  })

  test('what a session has not is undefined, and a session may be awaited', async () => {
    const take = await signedIn(start)
    const { body } = await take(async (session) => {
      const foreign = (await Promise.resolve(session)) as unknown as Record<string, unknown>
      return JSON.stringify([typeof foreign['user'], 'user' in foreign, Object.keys(foreign)])
    })
    expect(JSON.parse(body)).toEqual(['undefined', false, []])
  })
})

describe.each(['express 5', 'express 4', 'fastify'])('%s', (name) => {
  test.each(MODES)('replacing the session of the request throws (%s)', async (_, isStrict) => {
    const seen = await tried(servers[name]!, ON_OWNER, isStrict)
    for (const [code, cure] of ON_OWNER) expect.soft(seen.get(code), code).toContain(cure)
  })
})

test('a session that was replaced in the context of Hono is an error, and nobody is signed out', async () => {
  const take = await signedIn(servers['hono']!)
  const { status } = await take((_, owner) => {
    owner.session = null
    return 'bye'
  })
  expect(status).toBe(500)
  expect(JSON.parse((await take(whole)).body)).toEqual(['ann', { kept: 1 }, {}])
})
