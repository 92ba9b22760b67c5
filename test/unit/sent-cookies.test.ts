import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { nodeChannel } from '../../src/core/server/node-channel.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { SteadyClock } from '../../src/core/record/steady-clock.ts'
import { SentCookies } from '../../src/core/request/sent-cookies.ts'

const settings = resolveOptions({})
const untilClosed = { ...settings, persist: false }

function begin(): { response: ServerResponse; cookies: SentCookies; lines: () => unknown } {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  response.setHeader('set-cookie', 'lang=en')
  response.setHeader('cache-control', 'max-age=60')
  return {
    response,
    cookies: new SentCookies(nodeChannel(request, response), settings, new SteadyClock()),
    lines: () => response.getHeader('set-cookie'),
  }
}

const A = `sid=a; Path=/; HttpOnly; SameSite=Lax`
const B = `sid=b; Path=/; HttpOnly; SameSite=Lax`

test('a later cookie replaces an earlier one and leaves other cookies alone', () => {
  const { cookies, response, lines } = begin()
  cookies.sendToken('a', untilClosed)
  cookies.sendToken('b', untilClosed)
  expect(lines()).toEqual(['lang=en', B])
  expect([cookies.carries('a'), cookies.carries('b')]).toEqual([false, true])
  expect(response.getHeader('cache-control')).toBe('private, no-store')
})

test('taking the last cookie back brings the one before it back', () => {
  const { cookies, lines } = begin()
  cookies.sendToken('a', untilClosed)
  const undo = cookies.sendClearing()
  undo()
  expect(lines()).toEqual(['lang=en', A])
})

test('taking an earlier cookie back leaves the later one', () => {
  const { cookies, lines } = begin()
  const undo = cookies.sendToken('a', untilClosed)
  cookies.sendToken('b', untilClosed)
  undo()
  expect(lines()).toEqual(['lang=en', B])
})

test('taking all back, in any order and even twice, leaves the response as it was', () => {
  for (const order of [
    [0, 1],
    [1, 0],
    [0, 0, 1, 1],
  ]) {
    const { cookies, response, lines } = begin()
    const undos = [cookies.sendToken('a', untilClosed), cookies.sendToken('b', untilClosed)]
    for (const at of order) undos[at]?.()
    expect(lines()).toBe('lang=en')
    expect(response.getHeader('cache-control')).toBe('max-age=60')
    expect([cookies.carries('a'), cookies.carries('b')]).toEqual([false, false])
  }
})

test('after the response has begun, nothing can be sent and taking back does nothing', () => {
  const { cookies, response } = begin()
  const undo = cookies.sendToken('a', untilClosed)
  const undoLater = cookies.sendToken('b', untilClosed)
  response.flushHeaders()
  expect(() => cookies.sendToken('c', untilClosed)).toThrow(/after the response had begun/)
  expect(() => [undoLater(), undo()]).not.toThrow()
})
