import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { load } from './http/load.ts'
import { startRedis } from '../test/support/redis-server.ts'
const names = process.argv.slice(3)
const redis = await startRedis()
const folder = mkdtempSync('/tmp/ab-')
const routes = process.argv[2]!.split(',')
const all = []
for (const name of names) {
  const child = fork('bench/http/child.ts', [name, redis.url, mkdtempSync(folder + '/x')], {
    env: { ...process.env, NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
  })
  const [port] = (await once(child, 'message')) as [number]
  const url = `http://127.0.0.1:${port}`
  const cookies: string[] = []
  while (cookies.length < 1000)
    cookies.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, async () => {
          const r = await fetch(url + '/new')
          await r.text()
          return r.headers.getSetCookie().at(-1)!.split(';')[0]!
        }),
      )),
    )
  all.push({ name, child, url, cookies })
}
for (const route of routes) {
  const rows = all.map(() => [] as [number, number][])
  for (let round = 0; round < 4; round++)
    for (const [i, { child, url, cookies }] of all.entries()) {
      child.send('cpu')
      const [a] = (await once(child, 'message')) as [number]
      const { rate, requests } = await load(`${url}/${route}`, route === 'new' ? [] : cookies, 2, folder)
      child.send('cpu')
      const [b] = (await once(child, 'message')) as [number]
      if (round > 0) rows[i]!.push([rate, (b - a) / requests])
    }
  for (const [i, { name }] of all.entries())
    console.log(
      route.padEnd(8),
      name.padEnd(32),
      rows[i]!.map(([r, c]) => `${Math.round(r)}/s ${c.toFixed(0)}µs`).join('   '),
    )
}
for (const { child } of all) child.disconnect()
await redis.stop()
