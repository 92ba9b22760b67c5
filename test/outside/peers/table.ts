/** @module Old versions of what the package works with: what becomes of each. */

/** An application with old versions. */
export interface Application {
  packages: string[]
  /** What becomes of each → a module, and what it writes. */
  cases: Record<string, [source: string, says: RegExp]>
}

const WORKS = /^works$/

const STORE = `
  const key = crypto.randomUUID()
  const lifetime = { idle: 60_000, absoluteAt: Date.now() + 600_000 }
  const steps = [
    await store.create(key, { meta: 'meta', fields: new Map([['a', '1']]) }, lifetime),
    (await store.update(key, { increment: new Map([['a', 2]]) }, lifetime)).status === 'ok',
    (await store.load(key)).fields.get('a') === '3',
    await store.touch(key, lifetime),
    (await store.destroy(key, 'logout')) !== null,
    (await store.load(key)).ended === 'logout',
  ]
  console.log(steps.every(Boolean) ? 'works' : steps)
  process.exit()`

const VISIT = `
  const first = await fetch(url + '/write')
  const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  const second = await fetch(url + '/read', { headers: { cookie } })
  console.log((await second.text()) === 'is 1' ? 'works' : [first.status, cookie, second.status])
  process.exit()`

const keyv = `
  import Keyv from 'keyv'
  import { fromKeyv } from 'sojourn/stores/keyv'
  const failing = { get() { throw new Error('down') }, set() {}, delete() {}, clear() {} }
  let error
  await fromKeyv(new Keyv({ store: failing })).load('y').catch((thrown) => (error = thrown))
  if (error === undefined) throw new Error('nobody hears that the adapter fails')
  const store = fromKeyv(new Keyv())${STORE}`

const unstorage = `
  import { createStorage } from 'unstorage'
  import { fromUnstorage } from 'sojourn/stores/unstorage'
  const store = fromUnstorage(createStorage())${STORE}`

const ioredis = (name: string): string => `
  import Redis from '${name}'
  import { redisStore } from 'sojourn/stores/redis'
  const store = redisStore(new Redis(process.env.REDIS_URL))${STORE}`

const glide1 = `
  import { GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide'
  import { redisStore } from 'sojourn/stores/redis'
  Logger.setLoggerConfig('off')
  const { hostname, port } = new URL(process.env.REDIS_URL)
  const client = await GlideClient.createClient({ addresses: [{ host: hostname, port: Number(port) }] })
  const told = (make) => Promise.resolve().then(make).then(() => 'accepted', ({ message }) => message)
  console.log(await told(() => redisStore(client)))
  console.log(await told(() => redisStore(() => client).load('k')))
  console.log(await told(() => redisStore(Object.create(GlideClusterClient.prototype))))
  process.exit()`

const express = `
  import http from 'node:http'
  import express from 'express'
  import { createSessions } from 'sojourn/express'
  const sessions = createSessions()
  const app = express()
  app.use(sessions.middleware)
  app.get('/write', async (request, response) => {
    await request.session.set('a', 1)
    response.send('written')
  })
  app.get('/read', (request, response) => { response.send('is ' + request.session.get('a')) })
  const server = http.createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = 'http://127.0.0.1:' + server.address().port${VISIT}`

const fastify = `
  import fastify from 'fastify'
  import { createSessions } from 'sojourn/fastify'
  const app = fastify()
  app.register(createSessions().plugin)
  await app.ready()`

const hono = `
  import { Hono } from 'hono'
  import { createSessions } from 'sojourn/hono'
  const app = new Hono()
  app.onError((error) => { throw error })
  app.use('*', createSessions().middleware)
  await app.request('/')`

const react = (initial: string): string => `
  import { createElement } from 'react'
  const { renderToString } = await import('react-dom/server')
  import { SessionProvider, useSession, useSessionStorage } from 'sojourn/react'
  function Page() {
    const { status } = useSession()
    const [filter] = useSessionStorage('filter', { default: 'all' })
    return createElement('p', null, status + ', ' + filter)
  }
  console.log(renderToString(createElement(SessionProvider, { initial: ${initial} }, createElement(Page))))`

const otel = `
  import { instrumentSessions } from 'sojourn/otel'
  instrumentSessions()`

const next = `
  import { createSessions } from 'sojourn/next'
  createSessions()`

const upstash = `
  import { upstashStore } from 'sojourn/stores/upstash'
  import old from '@upstash/redis'
  upstashStore(old('https://example.com', 'token'))`

const ANONYMOUS = '{ isSignedIn: false, data: null, tag: null, endsAt: null }'

/** Each is installed beside ours. What is not here is newer, and has tests of its own. */
export const applications: Application[] = [
  {
    packages: [
      'keyv@5',
      'ioredis@4',
      'iovalkey@0.1',
      // What the store says to its clients: test/stores/redis-unusable.test.ts.
      'redis@4',
      '@valkey/valkey-glide@1',
      '@upstash/redis@0.2',
      '@vercel/kv@0.2',
      'express@3',
      // Nothing of ours loads it.
      'express-session@1.10',
      'fastify@4',
      'hono@3',
      'next@14',
      'react@18',
      'react-dom@18',
      '@opentelemetry/api@1.2',
    ],
    cases: {
      'Keyv 5 works': [keyv, WORKS],
      'ioredis 4 works': [ioredis('ioredis'), WORKS],
      'iovalkey 0.1 works': [ioredis('iovalkey'), WORKS],
      'a client of glide 1 is refused, and so is a cluster': [
        glide1,
        /^(.*client of `@valkey\/valkey-glide` 1.*`redis` \(node-redis 5 or later\).*\n?){3}$/,
      ],
      'a client of @upstash/redis 0 is refused': [upstash, /Pass `\{ url, token \}`/],
      'Express 3 works': [express, WORKS],
      'Fastify 4 is refused': [fastify, /sojourn - expected '5\.x' fastify version/],
      'Hono 3 is refused': [hono, /sojourn\/hono needs Hono 4 or later/],
      'Next.js 14 is refused': [next, /sojourn\/next needs Next\.js 15 or later/],
      'React 18 works': [react(ANONYMOUS), /^<p>[\w-]+, all<\/p>$/],
      'a promise is refused in React 18': [
        react(`Promise.resolve(${ANONYMOUS})`),
        /`initial` needs React 19\. This is React 18/,
      ],
      '@opentelemetry/api 1.2 is refused': [otel, /sojourn\/otel needs version 1\.3 or later/],
    },
  },
  {
    packages: ['keyv@4', 'unstorage@1.9', 'react@17'],
    cases: {
      'Keyv 4 works': [keyv, WORKS],
      'unstorage 1.9 works': [unstorage, WORKS],
      'React 17 is refused': [`import 'sojourn/react'`, /sojourn\/react needs React 18\. This is React 17/],
    },
  },
  {
    packages: ['next@15.0', 'react@18', 'react-dom@18'],
    cases: {},
  },
  {
    packages: ['next@15.5', 'react@19', 'react-dom@19'],
    cases: {},
  },
]
