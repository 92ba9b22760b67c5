/**
 * What can be counted and measured of sessions.
 *
 * @module
 */

import type { Meter, ObservableResult, ValueType } from '@opentelemetry/api'
import type { OnEvent } from '../core/events.ts'
import { endAttributes, startAttributes, type EndedCall } from './calls.ts'

/** Receives what is to be counted. */
export interface Recorder {
  onCall(this: void, call: EndedCall): void
  onEvent: OnEvent
  stop(this: void): void
}

/** Not taken from the package, whose older versions lack it: `sojourn/otel` refuses them in words. */
const INT = 0 as ValueType.INT

/** In seconds. A store in the process answers in microseconds, one in a network within its deadline. */
const BOUNDARIES = [
  0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Makes the instruments. */
export function recordMetrics(meter: Meter): Recorder {
  const duration = meter.createHistogram('sojourn.store.operation.duration', {
    description: 'How long operations on the store take.',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  })
  const count = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description, valueType: INT })
  const errors = count('sojourn.store.errors', '{error}', 'Operations on the store that failed.')
  const created = count('sojourn.session.created', '{session}', 'Records of sessions that were created.')
  const rotated = count('sojourn.session.rotated', '{session}', 'Sessions that got a new token.')
  const destroyed = count('sojourn.session.destroyed', '{session}', 'Sessions that were ended.')
  const adopted = count('sojourn.session.adopted', '{session}', 'Sessions taken over from other libraries.')
  const anomalies = count(
    'sojourn.session.anomalies',
    '{event}',
    'Cookies and records that were not accepted.',
  )
  const breaker = meter.createObservableUpDownCounter('sojourn.store.breaker.open', {
    description: 'How many circuit breakers are open.',
    unit: '{breaker}',
    valueType: INT,
  })

  const open = new Map<string, number>()
  const observe = (result: ObservableResult): void => {
    for (const [store, breakers] of open) result.observe(breakers, { 'sojourn.store': store })
  }
  breaker.addCallback(observe)

  const onEvent: OnEvent = (event) => {
    switch (event.type) {
      case 'created':
        return created.add(1)
      case 'rotated':
        return rotated.add(1)
      case 'destroyed':
        return destroyed.add(1, { 'sojourn.reason': event.reason })
      case 'adopted':
        return adopted.add(1, { 'sojourn.from': event.from })
      case 'adoption-refused':
      case 'unreadable':
      case 'reuse':
      case 'ambiguous':
        return anomalies.add(1, { 'sojourn.event': event.type })
      case 'store-error':
        return errors.add(1, {
          'sojourn.store': event.store,
          'sojourn.operation': event.operation,
          'error.type': event.code,
        })
      case 'breaker': {
        const before = open.get(event.store) ?? 0
        // It may have opened before we counted.
        open.set(event.store, event.state === 'open' ? before + 1 : Math.max(0, before - 1))
      }
    }
  }

  return {
    onCall(call) {
      if (!open.has(call.store)) open.set(call.store, 0)
      duration.record(call.duration / 1000, { ...startAttributes(call), ...endAttributes(call) })
    },
    onEvent,
    stop: () => breaker.removeCallback(observe),
  }
}
