/**
 * An application that is watched as operators watch theirs: by the SDK of OpenTelemetry, the
 * instrumentation of its Redis client, and ours. Run as a program it lives through a day and prints
 * what was exported; imported it is the parent's end.
 *
 * @module
 */

import nodeCrypto from 'node:crypto'
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type * as Ioredis from 'ioredis'
import { Redis as Iovalkey } from 'iovalkey'
import type * as NodeRedis from 'redis'
import type { RedisClient } from '../../../src/stores/redis.ts'
import type { Browser as Visitor } from '../../support/browser.ts'

/** Values nobody may see, and names that only clients may show. */
export const SECRET = {
  value: 'value4111',
  user: 'user-ann',
  device: 'phone-of-ann',
  name: 'name-card',
  space: 'space-mail',
} as const

/** A span, as far as it can be printed. */
export interface PrintedSpan {
  /** Which instrumentation made it. */
  scope: string
  name: string
  kind: number
  id: string
  parent: string | undefined
  attributes: Attributes
  status: { code: number; message?: string }
  /** Everything about it. */
  all: string
}

/** A number or a distribution, with what it is of. */
interface PrintedPoint {
  metric: string
  unit: string
  attributes: Attributes
  /** How often, for a distribution. */
  value: number
}

/** What the application leaves behind. */
export interface Exported {
  spans: PrintedSpan[]
  points: PrintedPoint[]
  /** The metrics, whole. */
  metrics: string
  tokens: string[]
}

export type Client = 'redis' | 'ioredis'

/** Runs the application. */
export async function runTraced(client: Client, url: string): Promise<Exported> {
  const file = fileURLToPath(import.meta.url)
  const options = { maxBuffer: 100_000_000, timeout: 50_000 }
  const { stdout } = await promisify(execFile)(process.execPath, [file, client, url], options)
  return JSON.parse(stdout) as Exported
}

async function main(kind: Client, url: string): Promise<void> {
  const { trace } = await import('@opentelemetry/api')
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
  const { IORedisInstrumentation } = await import('@opentelemetry/instrumentation-ioredis')
  const { RedisInstrumentation } = await import('@opentelemetry/instrumentation-redis')
  const metricsSdk = await import('@opentelemetry/sdk-metrics')
  const traceSdk = await import('@opentelemetry/sdk-trace-node')
  const spans = new traceSdk.InMemorySpanExporter()
  new traceSdk.NodeTracerProvider({
    spanProcessors: [new traceSdk.SimpleSpanProcessor(spans)],
  }).register()
  const exporter = new metricsSdk.InMemoryMetricExporter(metricsSdk.AggregationTemporality.CUMULATIVE)
  const reader = new metricsSdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new metricsSdk.MeterProvider({ readers: [reader] })
  registerInstrumentations({ instrumentations: [new RedisInstrumentation(), new IORedisInstrumentation()] })

  const tokens: string[] = []
  const { hash } = nodeCrypto
  // A token is hashed before the store is asked, and nothing else of its form is.
  nodeCrypto.hash = ((...args: Parameters<typeof hash>) => {
    const [, data] = args
    if (typeof data === 'string' && /^[\w-]{42}[AE]$/.test(data)) tokens.push(data)
    return hash(...args)
  }) as typeof hash
  const { instrumentSessions } = await import('../../../src/otel.ts')
  const { createSessions } = await import('../../../src/index.ts')
  const { redisStore } = await import('../../../src/stores/redis.ts')
  const { identify } = await import('../../../src/core/record/token.ts')
  const { Browser } = await import('../../support/browser.ts')
  instrumentSessions({ meterProvider })
  const tracer = trace.getTracer('application')
  const { value, user, device, name, space } = SECRET

  /** The instrumentation patches what is required after it. */
  function connected(to: string): RedisClient {
    const load = createRequire(import.meta.url)
    if (kind === 'redis') {
      const { createClient } = load('redis') as typeof NodeRedis
      const client = createClient({ url: to })
      client.on('error', () => {})
      return client
    }
    const { Redis } = load('ioredis') as typeof Ioredis
    const client = new Redis(to, { lazyConnect: true })
    client.on('error', () => {})
    return client
  }

  const sessions = createSessions({ store: redisStore(() => connected(url)) })
  const request = (browser: Visitor, work: Parameters<Visitor['visit']>[0]): Promise<void> =>
    tracer.startActiveSpan('request', async (span) => {
      await browser.visit(work).catch(() => {})
      span.end()
    })

  const people = Array.from({ length: 4 }, () => new Browser(sessions))
  for (const browser of people) {
    const secret = `${value}-${people.indexOf(browser)}`
    await request(browser, (session) => session.set(name, secret))
    await request(browser, (session) => session.login(user, { data: { [name]: secret }, device }))
    await request(browser, async (session) => {
      await session.set({ [name]: secret, rich: new Map([[secret, new Date(0)]]), n: 1 })
      await session.namespace(space).set(name, { to: [secret] })
      await session.flash('note', secret)
    })
    await request(browser, (session) => session.update(name, (held) => `${String(held)} ${secret}`))
    await request(browser, (session) => session.append('list', secret))
    await request(browser, (session) => session.take('list'))
    await request(browser, (session) => session.increment('n', 5))
    await request(browser, (session) => session.increment(name))
    await request(browser, (session) => session.delete('rich'))
    await request(browser, (session) => session.touch())
    await request(browser, (session) => session.rotate({ grace: '30s' }))
    await request(browser, (session) => session.rotate())
  }
  const [first, second, third, fourth] = people as [Visitor, Visitor, Visitor, Visitor]
  await request(first, () => sessions.list(user))
  await request(first, (session) => sessions.revoke(session.id ?? ''))
  await request(first, (session) => session.set(name, value))
  await request(second, (session) => session.logout())
  await request(third, (session) => sessions.revokeUser(user, { except: session.id }))
  await request(fourth, (session) => session.get(name))
  const { key } = await identify(third.token)
  // Redis refuses to read a text as a session, and says so. This client nobody traces.
  const other = new Iovalkey(url)
  await other.set(`sojourn:{${key}}`, value)
  other.disconnect()
  await request(third, (session) => session.set(name, value))

  // Somebody who accepts connections and says nothing.
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const nowhere = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const hasty = createSessions({ store: redisStore(() => connected(nowhere)), timeout: '20ms' })
  const patient = new Browser(hasty)
  patient.token = first.token
  for (let i = 0; i < 5; i++) await request(patient, (session) => session.get(name))

  await meterProvider.forceFlush()
  const all = exporter.getMetrics()
  const points = all.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value: at }) => ({
          metric: descriptor.name,
          unit: descriptor.unit,
          attributes,
          value: typeof at === 'number' ? at : at.count,
        })),
      ),
    ),
  )
  const exported: Exported = {
    spans: spans.getFinishedSpans().map((span) => ({
      scope: span.instrumentationScope.name,
      name: span.name,
      kind: span.kind,
      id: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
      attributes: span.attributes as Record<string, AttributeValue>,
      status: span.status,
      all: JSON.stringify([
        span.name,
        span.attributes,
        span.status,
        span.events,
        span.links,
        span.resource.attributes,
      ]),
    })),
    points,
    metrics: JSON.stringify(all),
    tokens,
  }
  process.stdout.write(JSON.stringify(exported), () => process.exit())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv[2] as Client, process.argv[3] ?? '')
}
