import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, expect, test, vi } from 'vitest'
import { isSessionError, SessionError } from '../../src/core/errors.ts'
import { createEmitter, type OnEvent, type SessionEvent } from '../../src/core/events.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

afterEach(() => void vi.restoreAllMocks())

function warnings(): string[] {
  const seen: string[] = []
  vi.spyOn(process, 'emitWarning').mockImplementation((message) => void seen.push(String(message)))
  return seen
}

test('an onEvent that throws disturbs no request and is told as a warning', async () => {
  const seen = warnings()
  const onEvent = (): void => {
    throw new Error('the log is full')
  }
  const browser = new Browser(new Sessions({ onEvent }, memoryStore()))
  await browser.visit((session) => session.set('theme', 'dark'))
  await browser.visit((session) => session.login('ann'))
  await browser.visit((session) => expect(session.userId).toBe('ann'))
  await browser.visit((session) => session.logout())
  expect(seen).toContain('onEvent threw while receiving "created": "Error: the log is full"')
})

test('an async onEvent that rejects is told as a warning and ends no process', async () => {
  const seen = warnings()
  const emit = createEmitter((() => Promise.reject(new Error('the log is gone'))) as OnEvent)
  emit({ type: 'ambiguous' })
  await vi.waitFor(() =>
    expect(seen).toEqual(['onEvent threw while receiving "ambiguous": "Error: the log is gone"']),
  )
})

test('events go to the diagnostics channel too, with the public id and nothing secret', async () => {
  const published: SessionEvent[] = []
  const receive = (event: unknown): void => void published.push(event as SessionEvent)
  subscribe('sojourn:event', receive)
  const browser = new Browser(new Sessions({}, memoryStore()))
  await browser.visit((session) => session.set('card', '4111-1111'))
  const first = browser.token
  await browser.visit((session) => session.login('ann'))
  const second = browser.token
  const id = await browser.visit((session) => session.id)
  await browser.visit((session) => session.logout())
  unsubscribe('sojourn:event', receive)
  expect(published.map(({ type }) => type)).toEqual(['created', 'created', 'rotated', 'destroyed'])
  expect(published.at(-1)).toEqual({ type: 'destroyed', id, reason: 'logout' })
  const text = JSON.stringify(published)
  for (const secret of [first, second, '4111', 'ann']) expect(text).not.toContain(secret)
})

test('isSessionError knows errors of another copy of the package, and codes', () => {
  const error = new SessionError('ERR_SESSION_GONE', 'gone')
  expect(isSessionError(error)).toBe(true)
  expect(isSessionError(error, 'ERR_SESSION_GONE')).toBe(true)
  expect(isSessionError(error, 'ERR_STORE_FULL')).toBe(false)
  const foreign = Object.defineProperty({ code: 'ERR_STORE_FULL' }, Symbol.for('sojourn.error'), {
    value: true,
  })
  expect(isSessionError(foreign, 'ERR_STORE_FULL')).toBe(true)
  for (const value of [null, undefined, 'ERR_SESSION_GONE', new Error('x'), { code: 'ERR_SESSION_GONE' }]) {
    expect(isSessionError(value)).toBe(false)
  }
})
