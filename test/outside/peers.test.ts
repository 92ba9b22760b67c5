/**
 * The package beside old versions of what it works with: npm installs both, and each of them
 * works or is refused in words that name what does.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUpstash } from '../../src/testing.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'
import { pages, withMiddleware } from './peers/pages.ts'
import { applications } from './peers/table.ts'

const ROOT = join(import.meta.dirname, '../..')
/** npm takes its time, and so does a build of Next.js. */
const PATIENCE = 600_000
let workshop: Workshop
let redis: RedisServer
let installed: Promise<Application>[]

beforeAll(async () => {
  ;[workshop, redis] = await Promise.all([openWorkshop(), startRedis()])
  installed = applications.map(({ packages }) => workshop.install(packages))
  // A failure is told by the tests that need what was to be installed.
  await Promise.allSettled(installed)
}, PATIENCE)

afterAll(async () => {
  await redis.stop()
  workshop.remove()
}, PATIENCE)

applications.forEach(({ packages, cases }, i) => {
  describe(`beside ${packages.join(', ')}`, { timeout: PATIENCE }, () => {
    test('npm installs it without a complaint', async () => {
      expect((await installed[i]!).complaints).toEqual([])
    })

    for (const [name, [source, says]] of Object.entries(cases)) {
      test(`${name}`, async () => {
        const application = await installed[i]!
        expect(await application.run(source, { REDIS_URL: redis.url })).toMatch(says)
      })
    }
  })
})

test('the Pages Router of Next.js 14 works with sojourn/next-session', { timeout: PATIENCE }, async () => {
  const next = applications.findIndex(({ packages }) => packages.includes('next@14'))
  const server = await (await installed[next]!).serve(pages)
  const browser = visitor(server.url)
  for (const views of [1, 2]) expect(await (await browser.get('/api/views')).json()).toEqual({ views })
  expect(await (await browser.get('/')).text()).toContain('2 views')
  await server.stop()
})

describe('middleware.ts', { timeout: PATIENCE }, () => {
  /** What a page says to a new visitor, and then to one who has written. */
  async function visits(version: string, options: string, config: string): Promise<string[]> {
    const next = applications.findIndex(({ packages }) => packages.includes(version))
    const server = await (await installed[next]!).serve(withMiddleware(options, config))
    try {
      const browser = visitor(server.url)
      const page = async () => /<p>.*<\/p>/.exec(await (await browser.get('/')).text())?.[0] ?? 'none'
      const pages = [await page()]
      const { body } = await browser.post('/count')
      return [...pages, JSON.stringify(body), await page()].map((text) => text.replaceAll('<!-- -->', ''))
    } finally {
      await server.stop()
    }
  }
  const WORKS = ['<p>minted, empty</p>', '{"count":1}', '<p>minted, counted</p>']

  test('of Next.js 15.0 works on the Edge runtime, with a store over HTTP', async () => {
    const upstash = await startUpstash({ redis: redis.url })
    const { url, token } = upstash
    const options = `{ store: upstashStore(${JSON.stringify({ url, token })}) }`
    expect(await visits('next@15.0', options, `{ matcher: '/' }`)).toEqual(WORKS)
    await upstash.close()
  })

  test('of Next.js 15.5 works on Node, with the embedded store', async () => {
    expect(await visits('next@15.5', '', `{ runtime: 'nodejs', matcher: '/' }`)).toEqual(WORKS)
  })
})

test('every package that users bring is there, in an old version, and is optional', () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as { peerDependencies: Record<string, string>; peerDependenciesMeta: Record<string, unknown> }
  const tried = applications.flatMap(({ packages }) => packages.map((each) => each.replace(/(?<=.)@.*/, '')))
  expect(Object.keys(peerDependencies).filter((name) => !tried.includes(name))).toEqual([])
  for (const name of Object.keys(peerDependencies))
    expect(peerDependenciesMeta[name]).toEqual({ optional: true })
})
