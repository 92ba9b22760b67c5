import { Session as Inspector } from 'node:inspector/promises'
import { createClient } from 'redis'
import { createSessions } from 'sojourn/node'
import { redisStore } from 'sojourn/stores/redis'
import { startRedis } from '../test/support/redis-server.ts'
import { createServer } from 'node:http'
import { load } from './http/load.ts'
import { dataOf } from './visitors.ts'
import { mkdtempSync } from 'node:fs'
const redis = await startRedis()
const client = createClient({ url: redis.url })
await client.connect()
const { getSession } = createSessions({ store: redisStore(client) })
let count = 0
const server = createServer(async (req, res) => {
  const s = await getSession(req, res)
  if (req.url === '/new') await s.set(dataOf(count++))
  if (req.url === '/change') await s.set('visits', count++)
  res.end(String(s.get('name')))
})
server.listen(0)
const url = `http://127.0.0.1:${(server.address() as any).port}`
const route = process.argv[2] ?? 'change'
const cookies = await Promise.all(
  Array.from({ length: 200 }, async () => {
    const r = await fetch(url + '/new')
    await r.text()
    return r.headers.getSetCookie().at(-1)!.split(';')[0]!
  }),
)
const folder = mkdtempSync('/tmp/alloc-')
const c = route === 'new' ? [] : cookies
await load(`${url}/${route}`, c, 2, folder)
const i = new Inspector()
i.connect()
await i.post('HeapProfiler.startSampling', {
  samplingInterval: 4096,
  flags: 3,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
} as any)
const { requests } = await load(`${url}/${route}`, c, 4, folder)
const { profile } = await i.post('HeapProfiler.stopSampling')
const by = new Map<string, number>()
const fn = new Map<string, number>()
let total = 0
const walk = (n: any) => {
  const f = n.callFrame
  const part =
    /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(f.url)?.[1] ??
    /\/dist\/(.+)$/.exec(f.url)?.[1] ??
    (f.url.startsWith('node:') ? 'node' : f.url || '(engine)')
  by.set(part, (by.get(part) ?? 0) + n.selfSize)
  total += n.selfSize
  const k = `${part} ${f.functionName}:${f.lineNumber + 1}`
  fn.set(k, (fn.get(k) ?? 0) + n.selfSize)
  n.children.forEach(walk)
}
walk(profile.head)
const show = (m: Map<string, number>, least: number) => {
  for (const [k, v] of [...m].sort((a, b) => b[1] - a[1]))
    if (v / requests > least) console.log(String(Math.round(v / requests)).padStart(7), k)
}
console.log(requests, 'requests, bytes per request', Math.round(total / requests))
show(by, 40)
console.log()
show(fn, 60)
server.close()
server.closeAllConnections()
await client.close()
await redis.stop()
