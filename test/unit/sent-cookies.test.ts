import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { nodeChannel } from '../../src/core/server/node-channel.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { SentCookies } from '../../src/core/request/sent-cookies.ts'

const settings = resolveOptions({})

function begin(): { response: ServerResponse; outbox: SentCookies; lines: () => unknown } {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  response.setHeader('set-cookie', 'lang=en')
  response.setHeader('cache-control', 'max-age=60')
  return {
    response,
    outbox: new SentCookies(nodeChannel(request, response), settings),
    lines: () => response.getHeader('set-cookie'),
  }
}

const A = `sid=a; Path=/; HttpOnly; SameSite=Lax`
const B = `sid=b; Path=/; HttpOnly; SameSite=Lax`

test('a later cookie replaces an earlier one and leaves other cookies alone', () => {
  const { outbox, response, lines } = begin()
  outbox.sendToken('a', undefined)
  outbox.sendToken('b', undefined)
  expect(lines()).toEqual(['lang=en', B])
  expect([outbox.carries('a'), outbox.carries('b')]).toEqual([false, true])
  expect(response.getHeader('cache-control')).toBe('private, no-store')
})

test('taking the last cookie back brings the one before it back', () => {
  const { outbox, lines } = begin()
  outbox.sendToken('a', undefined)
  const undo = outbox.sendClearing()
  undo()
  expect(lines()).toEqual(['lang=en', A])
})

test('taking an earlier cookie back leaves the later one', () => {
  const { outbox, lines } = begin()
  const undo = outbox.sendToken('a', undefined)
  outbox.sendToken('b', undefined)
  undo()
  expect(lines()).toEqual(['lang=en', B])
})

test('taking all back, in any order and even twice, leaves the response as it was', () => {
  for (const order of [
    [0, 1],
    [1, 0],
    [0, 0, 1, 1],
  ]) {
    const { outbox, response, lines } = begin()
    const undos = [outbox.sendToken('a', undefined), outbox.sendToken('b', undefined)]
    for (const at of order) undos[at]?.()
    expect(lines()).toBe('lang=en')
    expect(response.getHeader('cache-control')).toBe('max-age=60')
    expect(outbox.isEmpty).toBe(true)
  }
})

test('after the response has begun, nothing can be sent and taking back does nothing', () => {
  const { outbox, response } = begin()
  const undo = outbox.sendToken('a', undefined)
  const undoLater = outbox.sendToken('b', undefined)
  response.flushHeaders()
  expect(() => outbox.sendToken('c', undefined)).toThrow(/after the response had begun/)
  expect(() => [undoLater(), undo()]).not.toThrow()
})
