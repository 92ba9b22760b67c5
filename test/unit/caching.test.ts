import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { nodeChannel } from '../../src/core/server/node-channel.ts'
import { privateResponse } from '../../src/core/server/private-response.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const sessions = new Sessions({}, memoryStore())

function exchange(vary?: string | string[]): { request: IncomingMessage; response: ServerResponse } {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  if (vary !== undefined) response.setHeader('vary', vary)
  return { request, response }
}

describe('a response of Node', () => {
  test.each<[string | string[] | undefined, string]>([
    [undefined, 'Cookie'],
    ['', 'Cookie'],
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    [['Accept', 'Accept-Language'], 'Accept, Accept-Language, Cookie'],
    ['Cookie2', 'Cookie2, Cookie'],
    ['Cookie', 'Cookie'],
    ['accept , COOKIE', 'accept , COOKIE'],
    ['*', '*'],
  ])('that varied by %j varies by %j once the session was read', async (before, after) => {
    const { request, response } = exchange(before)
    await sessions.open(nodeChannel(request, response))
    await sessions.open(nodeChannel(request, response))
    expect(response.getHeader('vary')).toEqual(after)
    expect(response.hasHeader('cache-control')).toBe(false)
  })

  test('that is on its way is left alone', async () => {
    const { request, response } = exchange()
    response.flushHeaders()
    await sessions.open(nodeChannel(request, response))
    expect(response.hasHeader('vary')).toBe(false)
  })

  test.each(['start', 'login', 'logout'] as const)('is private and not stored after %s', async (step) => {
    const { request, response } = exchange()
    response.setHeader('cache-control', 'public, max-age=60')
    request.headers.cookie = 'sid=gone'
    const session = await sessions.open(nodeChannel(request, response))
    await session[step]('ann')
    expect(response.getHeader('set-cookie')).toHaveLength(1)
    expect(response.getHeader('cache-control')).toBe('private, no-store')
    expect(response.getHeader('vary')).toBe('Cookie')
  })
})

describe('privateResponse', () => {
  test('marks the response itself and leaves the rest of it alone', async () => {
    const headers = { 'cache-control': 'public, max-age=60', 'content-language': 'en' }
    const response = new Response('body', { status: 201, headers })
    expect(privateResponse(response)).toBe(response)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect([response.status, response.headers.get('content-language'), await response.text()]).toEqual([
      201,
      'en',
      'body',
    ])
  })

  test('copies a response whose headers cannot be changed', () => {
    const response = privateResponse(Response.redirect('https://shop.example/', 303))
    expect([response.status, response.headers.get('location')]).toEqual([303, 'https://shop.example/'])
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })
})
