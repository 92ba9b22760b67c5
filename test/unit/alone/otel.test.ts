import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { tracingChannel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEmitter, type SessionEvent } from '../../../src/core/events.ts'
import { guardStore } from '../../../src/core/wrappers/guard.ts'
import { Sessions } from '../../../src/core/sessions.ts'
import type { Store } from '../../../src/core/store.ts'
import { tracedStore, type StoreCall } from '../../../src/core/wrappers/tracing.ts'
import { instrumentSessions } from '../../../src/otel.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { Browser } from '../../support/browser.ts'
import { interfered } from '../../support/pausing-store.ts'

const page = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8')
const spans = new InMemorySpanExporter()
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
const tracer = tracerProvider.getTracer('application')
let metrics: InMemoryMetricExporter
let meterProvider: MeterProvider
let stop: () => void

beforeAll(() => tracerProvider.register())

beforeEach(() => {
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 })
  meterProvider = new MeterProvider({ readers: [reader] })
  stop = instrumentSessions({ tracerProvider, meterProvider })
})

afterEach(async () => {
  stop()
  spans.reset()
  await meterProvider.shutdown()
})

/** The cells of the first two columns of the table that begins with this heading. */
function documented(heading: string): Record<string, string> {
  const table = page.slice(page.indexOf(`\n| ${heading} |`) + 1).split('\n\n', 1)[0] ?? ''
  const rows = table.split('\n').slice(2)
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  return Object.fromEntries(cells.map(([, first = '', second = '']) => [first, second]))
}

/** Metric → unit, and the attributes and value of each point, as text. */
async function measured(): Promise<Map<string, { unit: string; points: string[] }>> {
  metrics.reset()
  await meterProvider.forceFlush()
  const all = metrics
    .getMetrics()
    .flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics))
  return new Map(
    all.map(({ descriptor, dataPoints }) => {
      const points = dataPoints.map(({ attributes, value }) =>
        [...Object.values(attributes), typeof value === 'number' ? value : value.count].join(' '),
      )
      return [descriptor.name, { unit: descriptor.unit, points }]
    }),
  )
}

async function pointsOf(metric: string): Promise<string[]> {
  return (await measured()).get(metric)?.points ?? []
}

function sessionsOn(store: Store): Sessions {
  return new Sessions({ timeout: '50ms' }, store)
}

describe('spans', () => {
  const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId

  test('are children of the span in which a session is used, with the public id', async () => {
    const browser = new Browser(sessionsOn(memoryStore()))
    const id = await tracer.startActiveSpan('request', async (request) => {
      const shown = await browser.visit(async (session) => {
        await session.set('theme', 'dark')
        return session.id
      })
      request.end()
      return shown
    })
    const [now, create, request] = spans.getFinishedSpans()
    expect([now?.name, create?.name, request?.name]).toEqual(['sojourn.now', 'sojourn.create', 'request'])
    expect(parentOf(create)).toBe(request?.spanContext().spanId)
    expect(create).toMatchObject({
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'sojourn.store': 'memory',
        'sojourn.operation': 'create',
        'sojourn.outcome': 'ok',
        'sojourn.session.id': id,
      },
    })
  })

  test('are parents of what the store traces, and not of what its caller does next', async () => {
    const inner = interfered(memoryStore(), { before: () => tracer.startSpan('command').end() })
    const store = tracedStore(guardStore(inner, 1000, () => {}))
    await tracer.startActiveSpan('request', async (request) => {
      await store.load('key')
      expect(trace.getSpan(context.active())).toBe(request)
      request.end()
    })
    const [command, load] = spans.getFinishedSpans()
    expect([command?.name, load?.name]).toEqual(['command', 'sojourn.load'])
    expect(parentOf(command)).toBe(load?.spanContext().spanId)
  })

  test('last until the answer is there', async () => {
    const { promise, resolve } = Promise.withResolvers<null>()
    const store = tracedStore({ ...memoryStore(), load: () => promise })
    const answer = store.load('key')
    expect(spans.getFinishedSpans()).toEqual([])
    resolve(null)
    await answer
    expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(['sojourn.load'])
  })

  test('say of a failure that it is one, and its code, and nothing more', async () => {
    const broken: Store = {
      ...memoryStore(),
      load() {
        throw new Error('secret')
      },
    }
    const browser = new Browser(sessionsOn(broken))
    browser.token = 'A'.repeat(43)
    await expect(browser.open()).rejects.toThrow('could not be reached')
    const [load] = spans.getFinishedSpans()
    expect(load?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(load?.attributes).toMatchObject({
      'sojourn.outcome': 'error',
      'error.type': 'ERR_STORE_UNAVAILABLE',
    })
    expect(load?.events).toEqual([])
    expect(JSON.stringify([load?.attributes, load?.status])).not.toContain('secret')
  })

  test('are those that the page lists', async () => {
    const store = tracedStore(Object.assign(memoryStore(), { verify: () => {} }))
    const [record, lifetime] = [
      { meta: '', fields: new Map() },
      { idle: 1000, absoluteAt: Date.now() + 1000 },
    ]
    await store.now()
    await store.create('key', record, lifetime)
    await store.load('key')
    await store.update('key', {}, lifetime)
    await store.touch('key', lifetime)
    await store.destroy('key', 'logout')
    await store.index?.add('list', { key: 'key', createdAt: 1, until: Date.now() + 1000 })
    await store.index?.entries('list')
    await store.index?.look?.('list', 'key')
    await store.index?.first?.('list', 1)
    await store.index?.bar?.('list', { at: 1, spare: null, until: Date.now() + 1000 })
    await store.index?.remove('list', ['key'])
    await store.verify?.('key')
    await Promise.allSettled([
      tracedStore({ ...memoryStore(), now: () => Promise.reject(new Error()) }).now(),
    ])
    const made = spans.getFinishedSpans()
    expect(new Set(made.map(({ name }) => name))).toEqual(new Set(Object.keys(documented('span'))))
    const attributes = new Set(made.flatMap((span) => Object.keys(span.attributes)))
    expect(attributes).toEqual(new Set(Object.keys(documented('attribute'))))
  })

  test('and metrics end when they are stopped', async () => {
    stop()
    await new Browser(sessionsOn(memoryStore())).visit((session) => session.set('theme', 'dark'))
    expect(spans.getFinishedSpans()).toEqual([])
    expect(await measured()).toEqual(new Map())
  })
})

describe('metrics', () => {
  test('measure operations by store, operation and outcome', async () => {
    const browser = new Browser(sessionsOn(memoryStore()))
    await browser.visit((session) => session.set('theme', 'dark'))
    await browser.visit((session) => session.set('theme', 'light'))
    const found = (await measured()).get('sojourn.store.operation.duration')
    expect(found?.unit).toBe('s')
    expect(found?.points).toEqual([
      'memory now ok 1',
      'memory create ok 1',
      'memory load ok 1',
      'memory update ok 1',
    ])
  })

  test('measure in seconds', async () => {
    const { start, asyncEnd } = tracingChannel<unknown, StoreCall>('sojourn:store')
    const call: StoreCall = { store: 'redis', operation: 'load', id: null }
    start.runStores(call, () => {})
    asyncEnd.publish(Object.assign(call, { outcome: 'ERR_STORE_TIMEOUT', duration: 2000 }))
    expect(await pointsOf('sojourn.store.operation.duration')).toEqual([
      'redis load error ERR_STORE_TIMEOUT 1',
    ])
    const point = metrics.getMetrics()[0]?.scopeMetrics[0]?.metrics[0]?.dataPoints[0]
    expect(point?.value).toMatchObject({ sum: 2 })
  })

  test('count sessions and what happened to them, as the page lists it', async () => {
    const emit = createEmitter()
    const events: SessionEvent[] = [
      { type: 'created', id: 'a' },
      { type: 'created', id: 'b' },
      { type: 'touched', id: 'a' },
      { type: 'rotated', id: 'c', previousId: 'a' },
      { type: 'adopted', id: 'd', from: 'iron-session' },
      { type: 'destroyed', id: 'c', reason: 'logout' },
      { type: 'destroyed', id: 'b', reason: 'idle' },
      { type: 'unreadable', id: 'x', what: 'record' },
      { type: 'reuse', id: 'a' },
      { type: 'ambiguous' },
      { type: 'ambiguous' },
      { type: 'store-error', store: 'redis', operation: 'load', code: 'ERR_STORE_FULL' },
      { type: 'breaker', store: 'redis', state: 'open' },
    ]
    for (const event of events) emit(event)
    await tracedStore(memoryStore()).touch('key', { idle: 1, absoluteAt: 1 })
    const found = await measured()
    expect(Object.fromEntries([...found].map(([name, { points }]) => [name, points]))).toEqual({
      'sojourn.session.created': ['2'],
      'sojourn.session.rotated': ['1'],
      'sojourn.session.adopted': ['iron-session 1'],
      'sojourn.session.destroyed': ['logout 1', 'idle 1'],
      'sojourn.session.anomalies': ['unreadable 1', 'reuse 1', 'ambiguous 2'],
      'sojourn.store.errors': ['redis load ERR_STORE_FULL 1'],
      'sojourn.store.breaker.open': ['redis 1', 'memory 0'],
      'sojourn.store.operation.duration': ['memory touch gone 1'],
    })
    const units = Object.fromEntries([...found].map(([name, { unit }]) => [name, unit]))
    expect(units).toEqual(documented('metric'))
  })

  test('tell of a breaker that opens, and of one that closes', async () => {
    const emit = createEmitter()
    emit({ type: 'breaker', store: 'redis', state: 'open' })
    emit({ type: 'breaker', store: 'redis', state: 'open' })
    expect(await pointsOf('sojourn.store.breaker.open')).toEqual(['redis 2'])
    for (let i = 0; i < 3; i++) emit({ type: 'breaker', store: 'redis', state: 'closed' })
    expect(await pointsOf('sojourn.store.breaker.open')).toEqual(['redis 0'])
  })
})
