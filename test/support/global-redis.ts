import type { TestProject } from 'vitest/node'
import { startRedis } from './redis-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis that the test files of one run share: use a prefix of your own. */
    redisUrl: string
  }
}

/** One Redis per test project: `REDIS_URL` if it is set, else a server of our own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const url = process.env['REDIS_URL']
  if (url) {
    project.provide('redisUrl', url)
    return undefined
  }
  const server = await startRedis()
  project.provide('redisUrl', server.url)
  return () => server.stop()
}
