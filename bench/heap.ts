/**
 * Whether a million requests leave anything behind.
 *
 * @module
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSessions } from 'sojourn'
import { memoryStore } from 'sojourn/stores/memory'
import { report } from './measure.ts'
import { createVisitors } from './visitors.ts'

const REQUESTS = 1_000_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

export async function benchHeap(): Promise<void> {
  const sessions = createSessions({ store: memoryStore({ maxSessions: 5000 }) })
  const headers = await createVisitors(sessions, 1000)
  await serve(100_000)
  const before = heap()
  await serve(REQUESTS)
  report(
    'Heap growth over 1,000,000 requests (reads, writes, sign-ins, sign-outs)',
    heap() - before,
    'flat',
    'MiB',
  )

  async function serve(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const session = await sessions.open({
        header: i % 10 === 0 ? null : (headers[i % 1000] ?? ''),
        send: () => () => {},
      })
      session.get('name')
      if (i % 5 === 0) await session.increment('visits')
      if (i % 10 === 0) {
        await session.login('ada')
        await session.logout()
      }
    }
  }
}

function heap(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}
