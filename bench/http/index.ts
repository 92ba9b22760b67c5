/**
 * What a session costs over plain http, side by side with other libraries: requests per second as a
 * ratio to a handler written by hand, and who survives of parallel writers.
 *
 * @module
 */

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../../test/support/redis-server.ts'
import { median, report } from '../measure.ts'
import type { Question } from './child.ts'
import { type Row, writeDocs } from './chart.ts'
import { load } from './load.ts'
import { servers } from './servers.ts'

const SESSIONS = 2000
const SECONDS = 2
const ROUNDS = 5
const ROUTES = ['/read', '/change', '/new'] as const
const BASE = 'by hand, GET and SET'
const OURS = 'sojourn/node on Redis'

interface Server {
  name: string
  child: ChildProcess
  url: string
  cookies: string[]
}

/** Figures of one server and route, one per round. */
interface Figures {
  rates: number[]
  /** Microseconds of the server's CPU per request. */
  cpu: number[]
}

export async function benchHttp(): Promise<void> {
  const redis = await startRedis()
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-'))
  const running: Server[] = []
  try {
    for (const name of Object.keys(servers)) running.push(await start(name, redis.url, folder))
    const figures = await measure(running, folder)
    const rows = running.map(({ name }) => rowOf(figures, name))
    print(rows)
    if (process.argv.includes('--write')) writeDocs(rows)
    target('/read', OURS, BASE, '≥ 0.82')
    target('/read', OURS, 'by hand, HGETALL and HSET', '≥ 0.95')
    target('/change', OURS, BASE, '≥ 0.75')
    target('/read', OURS, 'next-session, connect-redis', '≥ 1.35')
    target('/read', OURS, 'express-session, connect-redis', '≥ 2.7')
    target('/read', OURS, 'iron-session', '≥ 7')

    function target(route: string, name: string, base: string, wanted: string): void {
      report(`http ${route}: ${name} to ${base}`, ratio(figures, route, name, base), wanted)
    }
  } finally {
    for (const { child } of running) child.kill()
    rmSync(folder, { recursive: true, force: true })
    await redis.stop()
  }
}

async function start(name: string, redisUrl: string, folder: string): Promise<Server> {
  const own = mkdtempSync(join(folder, 'server-'))
  const child = fork(join(import.meta.dirname, 'child.ts'), [name, redisUrl, own], {
    env: { ...process.env, NODE_ENV: 'test', NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
  })
  const [port] = (await once(child, 'message')) as [number]
  const url = `http://127.0.0.1:${port}`
  const cookies: string[] = []
  if (name !== 'no session')
    while (cookies.length < SESSIONS) cookies.push(...(await Promise.all(Array.from({ length: 50 }, begin))))
  return { name, child, url, cookies }

  async function begin(): Promise<string> {
    const response = await fetch(`${url}/new`)
    await response.arrayBuffer()
    const line = response.headers.getSetCookie().at(-1)?.split(';')[0]
    if (line === undefined) throw new Error(`${name} sent no cookie`)
    return line
  }
}

/** All servers take turns, in another order each round. */
async function measure(running: readonly Server[], folder: string): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>()
  for (const route of ROUTES) {
    for (const { url, cookies } of running)
      await load(url + route, route === '/new' ? [] : cookies, 1, folder)
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, child, url, cookies } of round % 2 === 0 ? running : running.toReversed()) {
        const before = await cpuOf(child)
        const { rate, requests } = await load(url + route, route === '/new' ? [] : cookies, SECONDS, folder)
        const used = (await cpuOf(child)) - before
        const entry = figures.get(`${route} ${name}`) ?? { rates: [], cpu: [] }
        figures.set(`${route} ${name}`, entry)
        entry.rates.push(rate)
        entry.cpu.push(used / requests)
      }
    }
  }
  return figures
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu' satisfies Question)
  const [used] = (await once(child, 'message')) as [number]
  return used
}

function rowOf(figures: Map<string, Figures>, name: string): Row {
  return {
    name,
    ratios: ROUTES.map((route) => ratio(figures, route, name, BASE)),
    cpu: ROUTES.map((route) => median(figures.get(`${route} ${name}`)?.cpu ?? [])),
  }
}

function print(rows: readonly Row[]): void {
  console.log(`${'requests per second, to the handler by hand; CPU of the server per request'.padEnd(78)}`)
  console.log(['', ...ROUTES].map((text, i) => text.padEnd(i === 0 ? 36 : 18)).join(''))
  for (const { name, ratios, cpu } of rows) {
    const cells = ratios.map((value, i) => `${value.toFixed(2)}  ${cpu[i]?.toFixed(0)} µs`.padEnd(18))
    console.log(name.padEnd(36) + cells.join(''))
  }
}

/** The median over rounds of the ratio within a round. */
function ratio(figures: Map<string, Figures>, route: string, name: string, base: string): number {
  const rates = figures.get(`${route} ${name}`)?.rates ?? []
  const bases = figures.get(`${route} ${base}`)?.rates ?? []
  return median(rates.map((rate, i) => rate / (bases[i] ?? Number.NaN)))
}
