/**
 * Where the processor time of a request goes: `npm run profile -- read|change|new [server] [--list]`,
 * after `npm run build`. Without a server, `sojourn/node on Redis`; the names are those of
 * `bench/http/servers.ts`.
 *
 * Prints microseconds per request by part: this package by file, the client, Node, the rest.
 * With `--list`, by function too. The sampling itself costs some of them.
 *
 * @module
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../test/support/redis-server.ts'
import { load } from './http/load.ts'

const SESSIONS = 500
const SECONDS = 4

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

const [route = 'change', name = 'sojourn/node on Redis'] = process.argv
  .slice(2)
  .filter((arg) => arg !== '--list')
const folder = mkdtempSync(join(tmpdir(), 'sojourn-profile-'))
const redis = await startRedis()
try {
  const child = fork(join(import.meta.dirname, 'http/child.ts'), [name, redis.url, folder], {
    env: { ...process.env, NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
    serialization: 'advanced',
  })
  const [port] = (await once(child, 'message')) as [number]
  const url = `http://127.0.0.1:${port}`
  const cookies = route === 'new' ? [] : await Promise.all(Array.from({ length: SESSIONS }, () => begin(url)))
  await load(`${url}/${route}`, cookies, 2, folder)
  child.send('profile')
  await once(child, 'message')
  const { requests } = await load(`${url}/${route}`, cookies, SECONDS, folder)
  child.send('profiled')
  const [profile] = (await once(child, 'message')) as [Profile]
  child.disconnect()
  print(profile, requests)
} finally {
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function begin(url: string): Promise<string> {
  const response = await fetch(`${url}/new`)
  await response.arrayBuffer()
  return response.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
}

function print({ nodes, samples, timeDeltas }: Profile, requests: number): void {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id)!
    const part = partOf(frame.functionName, frame.url)
    if (part === '(idle)') continue
    const time = timeDeltas[i]! / requests
    parts.set(part, (parts.get(part) ?? 0) + time)
    const where = `${part} ${frame.functionName || '(anonymous)'}:${frame.lineNumber + 1}`
    functions.set(where, (functions.get(where) ?? 0) + time)
  }
  console.log(`${name}, ${route}: ${requests} requests; microseconds of the server per request`)
  table(parts, 0.2)
  if (process.argv.includes('--list')) table(functions, 0.3)
}

function table(times: ReadonlyMap<string, number>, least: number): void {
  let sum = 0
  for (const time of times.values()) sum += time
  console.log(`${sum.toFixed(1).padStart(8)}  in all`)
  for (const [what, time] of [...times].toSorted(([, a], [, b]) => b - a))
    if (time >= least) console.log(`${time.toFixed(1).padStart(8)}  ${what}`)
}

/** A file of this package, another package, Node, or what the engine names itself. */
function partOf(functionName: string, url: string): string {
  const ours = /\/dist\/(.+)$/.exec(url)
  const others = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)
  if (others !== null) return `package ${others[1]}`
  if (ours !== null) return ours[1]!
  if (url.startsWith('node:')) return 'node'
  if (url !== '') return 'the server by hand'
  return functionName.startsWith('(') ? functionName : `engine ${functionName}`
}
