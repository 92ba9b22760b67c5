/**
 * Sessions to read: about 1 KiB in eight fields, each with the cookie header that opens it.
 *
 * @module
 */

import type { Sessions } from 'sojourn'

/** Creates sessions and answers their `Cookie` headers. */
export async function createVisitors(sessions: Sessions, count: number): Promise<string[]> {
  const headers: string[] = []
  for (let i = 0; i < count; i++) {
    const session = await sessions.open({
      header: null,
      send(cookie) {
        headers[i] = `theme=dark; ${cookie.name}=${cookie.value}; lang=en`
        return () => {}
      },
    })
    await session.set(dataOf(i))
  }
  return headers
}

/** Opens a session as a request would and reads one value. */
export async function readOne(sessions: Sessions, header: string): Promise<unknown> {
  const session = await sessions.open({ header, send: () => () => {} })
  return session.get('name')
}

/** The values of one session. */
export function dataOf(i: number): Record<string, unknown> {
  return {
    name: `user ${i}`,
    visits: i,
    roles: ['reader', 'writer'],
    cart: Array.from({ length: 12 }, (_, item) => ({
      id: item * 7919 + i,
      title: `product ${item}`,
      price: 19.99 + item,
    })),
    theme: 'dark',
    language: 'en',
    token: 'x'.repeat(120),
    seen: 1_790_000_000_000 + i,
  }
}
