/** Sessions on Cloudflare Workers, in the real runtime, over an HTTP database. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUpstash, type UpstashServer } from '../../src/testing.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { RUNTIMES } from './runtimes.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'

const WORKER = `
import { createSessions } from 'sojourn/fetch'
import { sqliteStore } from 'sojourn/stores/sqlite'
import { upstashStore } from 'sojourn/stores/upstash'

let sessions
export default {
  async fetch(request, { URL: url, TOKEN: token, TIMEOUT: timeout }) {
    const { pathname } = new URL(request.url)
    try {
      if (pathname === '/sqlite') sqliteStore()
      sessions ??= createSessions({ timeout, store: upstashStore({ url, token }) })
      const handle = sessions.handler(async (_request, { getSession }) => {
        const session = await getSession()
        if (pathname === '/read') return new Response(String(session.get('n')))
        if (pathname === '/update') return new Response(String(await session.update('n', (n) => (n ?? 0) + 1)))
        return new Response(String(await session.increment('n')))
      })
      return await handle(request)
    } catch (error) {
      return new Response(error.code + ': ' + error.message, { status: 500 })
    }
  },
}
`
/** Builds and serves the worker until it is told to end; asks it what comes on standard input. */
const SERVE = `
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
const { FLAGS, URL: url, TOKEN, TIMEOUT } = process.env
await build({
  entryPoints: ['worker.mjs'], bundle: true, format: 'esm', outfile: 'out.mjs', external: ['node:*'],
  conditions: ['workerd', 'worker', 'browser'], logLevel: 'error',
  // esbuild would call it development.
  define: { 'process.env.NODE_ENV': 'undefined' },
})
const worker = new Miniflare({
  modules: true, scriptPath: 'out.mjs', compatibilityDate: '2026-07-01',
  compatibilityFlags: FLAGS.split(' ').filter(Boolean), bindings: { URL: url, TOKEN, TIMEOUT },
})
const base = await worker.ready
async function ask(path, cookie = '') {
  const response = await fetch(new URL(path, base), { headers: { cookie } })
  const [line = ''] = response.headers.getSetCookie()
  return { status: response.status, text: await response.text(), cookie: line.split(';')[0], line }
}
`

const WORKERS = RUNTIMES.find(({ name }) => name === 'Workers (workerd)')

let workshop: Workshop
let app: Application
let redis: RedisServer
let upstash: UpstashServer
beforeAll(async () => {
  ;[workshop, redis] = await Promise.all([openWorkshop(), startRedis()])
  upstash = await startUpstash({ redis: redis.url })
  app = await workshop.install(['miniflare', 'esbuild'])
  app.write({ 'worker.mjs': WORKER })
})
afterAll(async () => {
  await upstash?.close()
  await redis?.stop()
  workshop?.remove()
})

/** Runs lines in a process that serves the worker; answers what they print, as JSON. */
async function run(flags: string, lines: string, timeout = '10s'): Promise<unknown> {
  const source = `${SERVE}\n${lines}\nawait worker.dispose()\nprocess.exit()`
  const out = await app.run(source, {
    FLAGS: flags,
    URL: upstash.url,
    TOKEN: upstash.token,
    TIMEOUT: timeout,
  })
  return JSON.parse(out) as unknown
}

describe.each([['nodejs_compat'], ['']])('with the flags "%s"', (flags) => {
  test('requests at once, of new visitors and of one, wait for none of each other', async () => {
    const answers = await run(
      flags,
      `const many = (path, cookie) => Promise.all(Array.from({ length: 100 }, () => ask(path, cookie)))
      const strangers = await many('/')
      const { cookie } = strangers[0]
      const [counts, updates, reads] = await Promise.all([many('/', cookie), many('/update', cookie), many('/read', cookie)])
      const wrong = [...strangers, ...counts, ...updates, ...reads].filter(({ status }) => status !== 200)
      console.log(JSON.stringify({ wrong, cookies: new Set(strangers.map((each) => each.cookie)).size, n: (await ask('/read', cookie)).text }))`,
    )
    expect(answers).toEqual({ wrong: [], cookies: 100, n: '201' })
    expect(WORKERS?.upstash).toBe('works')
  })

  test('every request has a deadline of its own, and not only the first', async () => {
    upstash.fail(
      { delay: 60_000 },
      { times: 9, when: ({ commands }) => commands.some(([name]) => name === 'hgetall') },
    )
    const answers = await run(
      flags,
      `const { cookie } = await ask('/')
      const late = Promise.all([ask('/read', cookie), ask('/read', cookie)])
      // The store itself gives a request up after ten seconds.
      const tooLate = new Promise((resolve) => setTimeout(resolve, 9000, []))
      console.log(JSON.stringify((await Promise.race([late, tooLate])).map(({ text }) => text)))`,
      '500ms',
    )
    upstash.heal()
    expect(answers).toEqual(['ERR_STORE_TIMEOUT', 'ERR_STORE_TIMEOUT'])
  })

  test('the cookie is Secure, though nothing says that this is production', async () => {
    const line = await run(flags, `console.log(JSON.stringify((await ask('/')).line))`)
    expect(line).toMatch(/^__Host-sid=[\w-]+;.*; Secure/)
  })

  test('the embedded store says what to use instead', async () => {
    const text = String(await run(flags, `console.log(JSON.stringify((await ask('/sqlite')).text))`))
    expect(WORKERS?.embedded).toBe(`refused: \`${text.split(':')[0]}\``)
    expect(text).toMatch(
      /^ERR_OPTION_INVALID: sqliteStore: Cloudflare Workers keep no files\. Pass .* upstashStore\(\)/,
    )
  })
})
