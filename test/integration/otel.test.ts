/**
 * What is exported of an application on Redis that is traced with the instrumentation of its client,
 * as it comes, and with ours.
 */

import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { beforeAll, describe, expect, test } from 'vitest'
import { pointerKey } from '../../src/core/request/successor.ts'
import { Identity, identify } from '../../src/core/record/token.ts'
import { startRedis } from '../support/redis-server.ts'
import { runTraced, SECRET, type Client, type Exported, type PrintedSpan } from './otel/traced.ts'

const OURS = 'sojourn'

describe.each<[Client, string]>([
  ['redis', '@opentelemetry/instrumentation-redis'],
  ['ioredis', '@opentelemetry/instrumentation-ioredis'],
])('an application on %s', (client, theirs) => {
  let exported: Exported
  const keys: string[] = []
  let ids: Set<string>
  const spansOf = (scope: string): PrintedSpan[] => exported.spans.filter((span) => span.scope === scope)
  const seenIn = (texts: readonly string[], spans: readonly PrintedSpan[]): PrintedSpan[] =>
    spans.filter(({ all }) => texts.some((text) => all.includes(text)))

  beforeAll(async () => {
    const redis = await startRedis()
    try {
      exported = await runTraced(client, redis.url)
    } finally {
      await redis.stop()
    }
    for (const token of exported.tokens) {
      const { key } = await identify(token)
      // Renewals leave a record behind that leads from the old token to the new one.
      keys.push(key, await pointerKey(key))
    }
    ids = new Set(keys.map((key) => new Identity('', key).id))
  })

  test('its spans hold no token, value, user or device, whoever made them', () => {
    expect(exported.tokens.length).toBeGreaterThan(15)
    expect(seenIn(exported.tokens, exported.spans)).toEqual([])
    expect(seenIn([SECRET.value, SECRET.user, SECRET.device], exported.spans)).toEqual([])
  })

  test('our spans hold no key and no name of a value either, and public ids only', () => {
    const ours = spansOf(OURS)
    expect(seenIn([...keys, SECRET.name, SECRET.space], ours)).toEqual([])
    const shown = ours
      .map(({ attributes }) => attributes['sojourn.session.id'])
      .filter((id) => id !== undefined)
    expect(shown.length).toBeGreaterThan(100)
    expect(shown.filter((id) => !ids.has(String(id)))).toEqual([])
    const names = new Set(ours.flatMap(({ attributes }) => Object.keys(attributes)))
    expect([...names].sort()).toEqual([
      'error.type',
      'sojourn.operation',
      'sojourn.outcome',
      'sojourn.session.id',
      'sojourn.store',
    ])
  })

  test('the spans of the client hold keys and names, and so the search finds what is there', () => {
    const spans = spansOf(theirs)
    expect(seenIn(keys, spans).length).toBeGreaterThan(100)
    expect(seenIn([SECRET.name], spans).length).toBeGreaterThan(3)
    expect(seenIn([SECRET.space], spans).length).toBeGreaterThan(3)
    const scripts = spans.filter(({ name }) => /eval$/i.test(name))
    expect(scripts.length).toBeGreaterThan(3)
    expect(seenIn(['PEXPIRE', 'pexpire'], scripts)).toEqual(scripts)
  })

  test('metrics hold nothing of any session', () => {
    for (const text of [...exported.tokens, ...keys, ...ids, ...Object.values(SECRET)])
      expect(exported.metrics).not.toContain(text)
  })

  test('a request is the parent of what the store is asked, and that of what the client asks Redis', () => {
    const byId = new Map(exported.spans.map((span) => [span.id, span]))
    const parentOf = ({ parent }: PrintedSpan): PrintedSpan | undefined => byId.get(parent ?? '')
    const ours = spansOf(OURS)
    expect(ours.filter((span) => parentOf(span)?.name !== 'request')).toEqual([])
    const commands = spansOf(theirs).filter(({ attributes }) =>
      String(attributes['db.query.text']).includes('sojourn:'),
    )
    expect(commands.length).toBeGreaterThan(100)
    expect(commands.filter((span) => parentOf(span)?.scope !== OURS)).toEqual([])
    const scripts = commands.filter(({ name }) => /eval$/i.test(name))
    expect(new Set(scripts.map((span) => parentOf(span)?.name))).toEqual(new Set(['sojourn.update']))
  })

  test('a failure is a status and a code', () => {
    const failed = spansOf(OURS).filter(({ status }) => status.code === SpanStatusCode.ERROR)
    const codes = failed.map(({ name, attributes }) => [name, attributes['error.type']])
    expect(codes).toEqual(Array.from({ length: 5 }, () => ['sojourn.load', 'ERR_STORE_TIMEOUT']))
    for (const { status, kind } of failed) {
      expect(status).toEqual({ code: SpanStatusCode.ERROR })
      expect(kind).toBe(SpanKind.INTERNAL)
    }
  })

  test('what happened is counted', () => {
    const counted = (metric: string): [unknown, number][] =>
      exported.points
        .filter((point) => point.metric === metric)
        .map(({ attributes, value }) => [Object.values(attributes).join(' '), value])
    expect(counted('sojourn.session.created')).toEqual([['', 18]])
    expect(counted('sojourn.session.rotated')).toEqual([['', 12]])
    expect(counted('sojourn.session.destroyed')).toEqual([
      ['revoked', 2],
      ['logout', 1],
    ])
    expect(counted('sojourn.store.errors')).toEqual([['redis load ERR_STORE_TIMEOUT', 5]])
    expect(counted('sojourn.store.breaker.open')).toEqual([['redis', 1]])
    const spans = spansOf(OURS).length
    const measured = counted('sojourn.store.operation.duration').reduce((sum, [, count]) => sum + count, 0)
    expect(measured).toBe(spans)
  })
})
