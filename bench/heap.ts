/**
 * Whether a million requests leave anything behind.
 *
 * @module
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSessions } from 'sojourn'
import { memoryStore } from 'sojourn/stores/memory'
import { adapters } from './adapters.ts'
import { ask, type Listener } from './in-process.ts'
import { inParallel, report } from './measure.ts'
import { createVisitors } from './visitors.ts'

const REQUESTS = 1_000_000
const LEFT = 100_000

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

/** The same through HTTP: all adapters together serve a million requests, and lose 100,000 visitors. */
export async function benchAdapterHeap(): Promise<void> {
  const share = Object.keys(adapters).length
  for (const [name, start] of Object.entries(adapters)) {
    const listener = await start()
    const { cookie } = await ask(listener, '/', '')
    await serve(listener, cookie, 10_000, false)
    await serve(listener, cookie, 2000, true)
    const before = await restingHeap()
    await serve(listener, cookie, REQUESTS / share, false)
    await serve(listener, cookie, LEFT / share, true)
    const what = `Heap growth over ${REQUESTS / share} requests and ${LEFT / share} left ones, ${name}`
    report(what, (await restingHeap()) - before, 'flat', 'MiB')
  }
}

const PATHS = ['/read', '/', '/stream', '/read', '/read']

function serve(listener: Listener, cookie: string, count: number, leave: boolean): Promise<void> {
  return inParallel(count, 20, (i) =>
    ask(listener, PATHS[i % PATHS.length] ?? '/', i % 10 === 0 ? '' : cookie, leave),
  )
}

/** What visitors that have left started is still on its way for a moment. */
async function restingHeap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 500))
  return heap()
}

function heap(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}
