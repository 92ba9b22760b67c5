/** Responses of the fetch kind that no copy can be made of. */

import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createSessions as createFetch } from '../../src/fetch.ts'
import { createSessions as createHono, type SessionVariables } from '../../src/hono.ts'
import type { Session } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'

type Use = (session: Session) => Promise<unknown>

const uses: Record<string, Use> = {
  'was only read': async (session) => session.get('a'),
  'was written': (session) => session.set('a', 1),
}

/** What a runtime answers a request for a WebSocket with. */
function switching(headers: Headers): Response {
  return Object.defineProperties(new Response(null), { status: { value: 101 }, headers: { value: headers } })
}

/** What `Deno.upgradeWebSocket` has. */
const fixed = (): Headers => Response.redirect('http://localhost/').headers

const servers: Record<string, (use: Use, answer: () => Response) => Promise<Response>> = {
  async fetch(use, answer) {
    const { handler } = createFetch({ store: memoryStore() })
    const serve = handler(async (_request, { getSession }) => {
      await use(await getSession())
      return answer()
    })
    return serve(new Request('http://localhost/'))
  },
  async hono(use, answer) {
    const { middleware } = createHono({ store: memoryStore() })
    const app = new Hono<{ Variables: SessionVariables }>()
    app.use(middleware)
    app.get('/', async (c) => {
      await use(c.get('session'))
      return answer()
    })
    return app.request('/')
  },
}

describe.each(Object.entries(servers))('%s', (_, visit) => {
  test.each(Object.entries(uses))(
    'Response.error() stays what it is where the session %s',
    async (_how, use) => {
      const response = await visit(use, () => Response.error())
      expect([response.type, response.status]).toEqual(['error', 0])
    },
  )

  test.each(Object.entries(uses))('status 101 goes out where the session %s', async (how, use) => {
    const upgrade = switching(new Headers())
    const response = await visit(use, () => upgrade)
    expect(response).toBe(upgrade)
    expect(response.headers.getSetCookie()).toHaveLength(how === 'was written' ? 1 : 0)
  })

  test('status 101 with headers that cannot be changed goes out where the session was only read', async () => {
    const upgrade = switching(fixed())
    expect(await visit(uses['was only read']!, () => upgrade)).toBe(upgrade)
  })

  test('and is an error where it needs a cookie', async () => {
    const response = await visit(uses['was written']!, () => switching(fixed()))
    expect([response.status, await response.text()]).toEqual([500, 'ERR_HEADERS_SENT'])
  })
})
