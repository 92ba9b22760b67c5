import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { prepareApp } from '../support/next-app.ts'
import { startRedis } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { probe } from './next/probe.ts'

describe('next dev', () => {
  test('holds one Redis connection over three edits, and warns about nothing', async () => {
    const redis = await startRedis()
    const app = prepareApp(probe, { name: 'dev', cacheComponents: true })
    const server = await app.start({ dev: true, env: { REDIS_URL: redis.url } })
    const admin = createClient({ url: redis.url })
    await admin.connect()
    try {
      const guest = visitor(server.url)
      const hitAll = async (): Promise<void> => {
        for (const path of ['/read', '/api/data', '/legacy', '/api/legacy', '/minted'])
          await (await guest.get(path)).text()
      }
      await hitAll()
      expect(guest.cookie).toMatch(/^sid=/)
      const file = join(app.dir, 'lib/session.ts')
      const source = readFileSync(file, 'utf8')
      for (let edit = 1; edit <= 3; edit++) {
        writeFileSync(file, `${source}\nexport const edit = ${edit}\n`)
        await hitAll()
      }
      expect((await admin.clientList()).length - 1).toBe(1)
      expect(server.log()).not.toMatch(/API resolved without|should not access 'res'|unstable value|⚠/)
    } finally {
      admin.destroy()
      await server.stop()
      app.remove()
      await redis.stop()
    }
  })
})

describe('next build', () => {
  test.each(['turbopack', 'webpack'] as const)(
    'fails with a clear message when a client component imports sojourn/next: %s',
    async (bundler) => {
      const app = prepareApp(probe, { name: `guard-${bundler}`, bundler })
      for (const part of ['app', 'pages', 'proxy.ts']) rmSync(join(app.dir, part), { recursive: true })
      for (const [file, text] of Object.entries({ ...GUARDED })) {
        mkdirSync(join(app.dir, file, '..'), { recursive: true })
        writeFileSync(join(app.dir, file), text)
      }
      await expect(app.build()).rejects.toThrow(
        /'server-only' cannot be imported from a Client Component module/,
      )
      app.remove()
    },
  )
})

/** An application whose only page makes the mistake. */
const GUARDED = {
  'app/layout.tsx': `export default function Layout({ children }) { return <html><body>{children}</body></html> }\n`,
  'app/page.tsx': `'use client'\nimport { getSession } from '../lib/session'\nexport default function Page() { return <p>{String(getSession)}</p> }\n`,
}
