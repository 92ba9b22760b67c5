/**
 * Where the time and the memory of a request go:
 * `npm run profile -- read|change|new [server] [--bytes] [--list]`. Without a server,
 * `sojourn/node on Redis`; the names are those of `bench/http/servers.ts`.
 *
 * Prints microseconds of the server per request by part: this package by file, other packages,
 * Node, the engine. With `--bytes` what is allocated instead; with `--list` by function too. The
 * sampling costs some of them itself.
 *
 * @module
 */

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../test/support/redis-server.ts'
import type { Question } from './http/child.ts'
import { load } from './http/load.ts'

const SESSIONS = 500
const SECONDS = 4

interface Frame {
  functionName: string
  url: string
  lineNumber: number
}

interface TimeProfile {
  nodes: { id: number; callFrame: Frame }[]
  samples: number[]
  timeDeltas: number[]
}

interface BytesNode {
  callFrame: Frame
  selfSize: number
  children: BytesNode[]
}

const [route = 'change', name = 'sojourn/node on Redis'] = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith('--'))
const isOfBytes = process.argv.includes('--bytes')
const folder = mkdtempSync(join(tmpdir(), 'sojourn-profile-'))
const redis = await startRedis()
try {
  const child = fork(join(import.meta.dirname, 'http/child.ts'), [name, redis.url, folder], {
    execArgv: ['--import', join(import.meta.dirname, 'from-source.ts'), '--no-warnings'],
    env: { ...process.env, NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
    serialization: 'advanced',
  })
  const [port] = (await once(child, 'message')) as [number]
  const url = `http://127.0.0.1:${port}`
  const cookies = route === 'new' ? [] : await Promise.all(Array.from({ length: SESSIONS }, () => begin(url)))
  await load(`${url}/${route}`, cookies, 2, folder)
  await ask(child, isOfBytes ? 'begin bytes' : 'begin time')
  const { requests } = await load(`${url}/${route}`, cookies, SECONDS, folder)
  const profile = await ask(child, isOfBytes ? 'bytes' : 'time')
  child.disconnect()
  console.log(
    `${name}, ${route}: ${requests} requests; ${isOfBytes ? 'bytes' : 'microseconds'} of the server per request`,
  )
  const all = isOfBytes
    ? bytesOf((profile as { head: BytesNode }).head)
    : timesOf(profile as TimeProfile).filter(([{ functionName }]) => functionName !== '(idle)')
  table(all, requests, ({ functionName, url: from }) => partOf(functionName, from))
  if (process.argv.includes('--list'))
    table(
      all,
      requests,
      ({ functionName, url: from, lineNumber }) =>
        `${partOf(functionName, from)} ${functionName || '(anonymous)'}:${lineNumber + 1}`,
    )
} finally {
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function ask(child: ChildProcess, question: Question): Promise<unknown> {
  child.send(question)
  const [told] = (await once(child, 'message')) as [unknown]
  return told
}

async function begin(url: string): Promise<string> {
  const response = await fetch(`${url}/new`)
  await response.arrayBuffer()
  return response.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
}

type Share = [frame: Frame, amount: number]

function timesOf({ nodes, samples, timeDeltas }: TimeProfile): Share[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  return samples.map((id, i) => [frames.get(id)!, timeDeltas[i]!])
}

function bytesOf({ callFrame, selfSize, children }: BytesNode): Share[] {
  return [[callFrame, selfSize], ...children.flatMap(bytesOf)]
}

function table(shares: readonly Share[], requests: number, nameOf: (frame: Frame) => string): void {
  const sums = new Map<string, number>()
  let all = 0
  for (const [frame, amount] of shares) {
    const what = nameOf(frame)
    sums.set(what, (sums.get(what) ?? 0) + amount / requests)
    all += amount / requests
  }
  console.log(`${all.toFixed(1).padStart(9)}  in all`)
  for (const [what, sum] of [...sums].toSorted(([, a], [, b]) => b - a))
    if (sum > all / 1000) console.log(`${sum.toFixed(1).padStart(9)}  ${what}`)
}

/** A file of this package, another package, Node, or what the engine names itself. */
function partOf(functionName: string, url: string): string {
  const others = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)
  if (others !== null) return `package ${others[1]}`
  const ours = /\/src\/(.+)$/.exec(url)
  if (ours !== null) return ours[1]!
  if (url.startsWith('node:')) return 'node'
  if (url !== '') return 'the server by hand'
  return functionName.startsWith('(') ? functionName : `engine ${functionName}`
}
