/**
 * How many functions and files of the package one step of a request enters, over Redis:
 * `npm run trace`. It loads the source (`from-source.ts`), where each function is in its own file. Every caller
 * counts, as often as it may run.
 *
 * @module
 */

import { Session as Inspector } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { createSessions, type Session } from 'sojourn'
import { redisStore } from 'sojourn/stores/redis'
import { startRedis } from '../test/support/redis-server.ts'

const PACKAGE = new URL('../src/', import.meta.url).href
/** Where each step should come to. */
const TARGETS = {
  get: { functions: 45, files: 18 },
  set: { functions: 75, files: 22 },
  login: { functions: 120, files: 30 },
}

const redis = await startRedis()
const sessions = createSessions({ store: redisStore(() => createClient({ url: redis.url })) })
const inspector = new Inspector()
inspector.connect()
await inspector.post('Profiler.enable')

let cookie = ''

/** Opens the session of a request as an adapter does, and takes its cookie. */
async function request(work: (session: Session) => unknown): Promise<void> {
  const session = await sessions.open({
    header: cookie,
    send({ name, value }) {
      cookie = `${name}=${value}`
      return () => {}
    },
  })
  await work(session)
}

const steps: Record<keyof typeof TARGETS, (session: Session) => unknown> = {
  get: (session) => session.get('name'),
  set: (session) => session.set('name', 'Grace'),
  login: (session) => session.login('ada'),
}

// What is made once is no part of a request, nor what an earlier one has left for later.
for (let round = 0; round < 3; round++)
  for (const step of [steps.set, steps.get, steps.login]) await request(step)
await sleep(100)

for (const [name, step] of Object.entries(steps)) {
  const { functions, files } = await entered(() => request(step))
  const target = TARGETS[name as keyof typeof TARGETS]
  console.log(
    `${name}: ${functions.length} functions in ${files.length} files; target ${target.functions} in ${target.files}`,
  )
  if (process.argv.includes('--list')) console.log(functions.map((line) => `  ${line}`).join('\n'))
}
await sessions.close()
await redis.stop()

/** The functions of the package that run meanwhile. */
async function entered(work: () => Promise<void>): Promise<{ functions: string[]; files: string[] }> {
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await inspector.post('Profiler.takePreciseCoverage')
  await work()
  // Work that is left for after the response.
  await sleep(50)
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  await inspector.post('Profiler.stopPreciseCoverage')
  const functions = result
    .filter(({ url }) => url.startsWith(PACKAGE))
    .flatMap(({ url, functions }) =>
      functions
        .filter(({ functionName, ranges: [range] }) => functionName !== '' && (range?.count ?? 0) > 0)
        .map(({ functionName }) => `${url.slice(PACKAGE.length)} ${functionName}`),
    )
  return { functions, files: [...new Set(functions.map((line) => line.split(' ')[0] ?? ''))] }
}
