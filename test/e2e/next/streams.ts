import { expect, test } from 'vitest'
import type { NextServer } from '../../support/next-app.ts'
import { visitor, type Visitor } from '../../support/visitor.ts'

/** What a Route Handler can still do in a stream that it has returned. */
export function testStreams(server: () => NextServer): void {
  async function stream(guest: Visitor, body: object): Promise<string> {
    const headers = { 'content-type': 'application/json' }
    return (await guest.get('/stream', { method: 'POST', headers, body: JSON.stringify(body) })).text()
  }

  async function look(guest: Visitor): Promise<unknown> {
    return (await guest.get('/api/data')).json()
  }

  test('refuses what needs a cookie once the head is out, and leaves the session as it was', async () => {
    const guest = visitor(server().url)
    expect(await stream(guest, { operation: 'set', isLate: true })).toBe('head ERR_HEADERS_SENT')
    expect(await stream(guest, { operation: 'login', isLate: true })).toBe('head ERR_HEADERS_SENT')
    expect(guest.cookie).toBe('')
    await guest.post('/api/login', { user: 'ann' })
    for (const operation of ['rotate', 'login', 'logout'])
      expect(await stream(guest, { operation, isLate: true })).toBe('head ERR_HEADERS_SENT')
    expect(await look(guest)).toMatchObject({ user: 'ann' })
  })

  test('writes to a session that exists, also after the head', async () => {
    const guest = visitor(server().url)
    expect(await stream(guest, { operation: 'set', isLate: true, begins: true })).toBe('head done')
    expect(await look(guest)).toMatchObject({ data: { name: 'streamed' } })
    await guest.post('/api/set', { value: 'before' })
    expect(await stream(guest, { operation: 'set', isLate: true })).toBe('head done')
    expect(guest.setCookies).toEqual([])
    expect(await look(guest)).toMatchObject({ data: { name: 'streamed' } })
  })

  test('sends the cookie of what a stream does before its first byte', async () => {
    const guest = visitor(server().url)
    expect(await stream(guest, { operation: 'set' })).toBe('done')
    expect(guest.setCookies).toEqual([expect.stringMatching(/^__Host-sid=[\w-]{43};.*HttpOnly/)])
    const before = guest.cookie
    expect(await stream(guest, { operation: 'rotate' })).toBe('done')
    expect(guest.cookie).not.toBe(before)
    expect(await look(guest)).toMatchObject({ data: { name: 'streamed' } })
    expect(await stream(guest, { operation: 'login', begins: true })).toBe('done')
    expect(await look(guest)).toMatchObject({ user: 'ada' })
    expect(await stream(guest, { operation: 'logout' })).toBe('done')
    expect(guest.cookie).toBe('')
  })

  test('sends the cookie of a handler that throws, whose writes are stored', async () => {
    const guest = visitor(server().url)
    expect((await guest.post('/api/throw', { value: 'kept' })).status).toBe(500)
    expect(await look(guest)).toMatchObject({ data: { name: 'kept' } })
  })

  test('lets detached work write to a session that exists, after the response', async () => {
    const guest = visitor(server().url)
    await stream(guest, { operation: 'set', isLate: true, deferred: true })
    await expect.poll(() => server().log()).toContain('after a stream: ERR_HEADERS_SENT')
    await guest.post('/api/set', { value: 'before' })
    await stream(guest, { operation: 'set', isLate: true, deferred: true })
    await expect.poll(() => server().log()).toContain('after a stream: stored')
    expect(await look(guest)).toMatchObject({ data: { name: 'deferred' } })
  })

  test('keeps the chat of the guide, from the first question of a new visitor', async () => {
    const guest = visitor(server().url)
    const ask = async (body: string) => (await guest.get('/api/chat', { method: 'POST', body })).text()
    expect(await ask('Hello')).toBe('You said: Hello')
    expect(await ask('Bye')).toBe('You said: Bye')
    expect(await look(guest)).toMatchObject({
      data: {
        chat: [
          { role: 'user', text: 'Hello' },
          { role: 'assistant', text: 'You said: Hello' },
          { role: 'user', text: 'Bye' },
          { role: 'assistant', text: 'You said: Bye' },
        ],
      },
    })
  })
}
