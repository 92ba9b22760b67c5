/** The figures for a million requests are those of `npm run bench`; this is the same on a small scale. */

import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ask, type Listener } from '../../bench/in-process.ts'
import { createSessions } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { delayed } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  for (let i = 0; i < 20; i++) await turn()
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

test('ten thousand requests, half of them left by their visitors, leave nothing in memory', async () => {
  const store = delayed(memoryStore({ maxSessions: 100 }), seeded(1))
  const { getSession } = createSessions({ store })
  const listener: Listener = (request, response) =>
    void getSession(request, response).then((session) => {
      void session.increment('visits')
      response.write(Buffer.alloc(1024))
      response.end('end')
    })
  const { cookie } = await ask(listener, '/', '')
  expect(cookie).not.toBe('')
  async function serve(count: number): Promise<void> {
    for (let i = 0; i < count; i += 50) {
      const all = Array.from({ length: 50 }, (_, k) => ask(listener, '/', k === 0 ? '' : cookie, k % 2 === 0))
      await Promise.all(all)
    }
  }
  await serve(2000)
  const before = await heap()
  await serve(10_000)
  // What a leak of the smallest thing held, the response, would come to: more than 20 MiB.
  expect((await heap()) - before).toBeLessThan(5)
})
