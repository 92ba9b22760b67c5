import { spawnSync } from 'node:child_process'
import { format, inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

let session: Session
let secrets: string[]

beforeEach(async () => {
  const browser = new Browser(new Sessions({}, memoryStore()))
  await browser.visit(async (first) => {
    await first.login('user-ann', { data: { card: '4111-1111' } })
    await first.namespace('mail').set('draft', 'dear-diary')
  })
  session = (await browser.open()).session
  const { key } = await identify(browser.token)
  secrets = [browser.token, key, '4111-1111', 'dear-diary', 'user-ann']
})

function cloned(value: unknown): string {
  try {
    return inspect(structuredClone(value), { depth: 9, showHidden: true })
  } catch (error) {
    return String(error)
  }
}

const WAYS: [string, (value: unknown) => string][] = [
  ['JSON.stringify', (value) => JSON.stringify({ value, list: [value] })],
  ['util.inspect', (value) => inspect(value, { depth: 9 })],
  ['util.inspect inside something else', (value) => inspect({ a: [value] }, { depth: 9 })],
  ['util.inspect without custom inspection', (value) => inspect(value, { depth: 9, customInspect: false })],
  ['util.inspect of getters', (value) => inspect(value, { depth: 9, getters: true })],
  ['util.format', (value) => format('%s %o %O %j', value, value, value, value)],
  ['String', (value) => `${String(value)}`],
  ['structuredClone', cloned],
  ['a spread', (value) => inspect({ ...(value as object) }, { depth: 9 })],
  ['Object.entries', (value) => inspect(Object.entries(value as object), { depth: 9 })],
]

describe('no token, key, user or data is shown by', () => {
  test.each(WAYS)('%s', (_, show) => {
    for (const handle of [session, session.namespace('mail')]) {
      const shown = show(handle)
      for (const secret of secrets) expect(shown).not.toContain(secret)
    }
  })
})

test('a handle shows its public id', () => {
  const { id } = session
  expect(inspect(session)).toBe(`Session { id: ${id} }`)
  expect(inspect(session.namespace('mail'))).toBe(`Namespace { name: "mail", session: ${id} }`)
  expect(JSON.stringify([session, session.namespace('mail')])).toBe(JSON.stringify([{ id }, { id }]))
})

test('no error text holds a token, a key or a value', async () => {
  const errors: unknown[] = []
  const note = (error: unknown): void => void errors.push(error)
  await session.set('card', () => '4111-1111').catch(note)
  await session.set('card', '4111-1111'.repeat(10_000)).catch(note)
  await session.increment('card').catch(note)
  await session.append('card', 'dear-diary').catch(note)
  await session.login('', { data: { card: 'dear-diary' } }).catch(note)
  await session.logout()
  await session.namespace('mail').set('draft', 'x')
  expect(errors).toHaveLength(5)
  const shown = inspect(errors, { depth: 9, showHidden: true })
  for (const secret of secrets.filter((text) => text !== 'user-ann')) expect(shown).not.toContain(secret)
})

test('a failing write that nobody awaits does not end the process, and commit() tells of it', () => {
  const program = `
    import { Sessions } from './src/core/sessions.ts'
    import { memoryStore } from './src/stores/memory.ts'
    const memory = memoryStore()
    const fail = () => Promise.reject(new Error('down'))
    const store = { ...memory, now: () => Date.now(), create: fail, load: fail, update: fail, touch: fail, destroy: fail }
    const sessions = new Sessions({ schema: undefined }, store)
    const open = () => sessions.open({ header: '', send: () => () => {} })
    const session = await open()
    session.set('a', 1)
    session.set('b', () => 1)
    session.set('c', 'x'.repeat(100_000))
    session.increment('n')
    session.increment('n', 0.5)
    session.update('u', () => 1)
    session.append('l', 1)
    session.take('t')
    session.delete('d')
    session.flash('f', 1)
    session.start()
    session.login('ann')
    session.login('')
    session.rotate()
    session.touch()
    session.logout()
    session.namespace('x').set('a', 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    console.log(await session.commit().catch((error) => error.code))
    console.log(await (await open()).commit().catch((error) => error.code))
  `
  const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '--eval', program]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout.trim().split('\n')).toEqual(['ERR_VALUE_UNSUPPORTED', 'undefined'])
})
