/**
 * Spans and metrics of sessions, for OpenTelemetry.
 *
 * @module sojourn/otel
 */

import * as api from '@opentelemetry/api'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { invalidOption } from './core/errors.ts'
import { hearEvents } from './core/events.ts'
import { hearStores } from './otel/calls.ts'
import { recordMetrics } from './otel/metrics.ts'
import { recordSpans } from './otel/spans.ts'

/** Options of `instrumentSessions`. */
export interface InstrumentSessionsOptions {
  /** Where spans go. Default: the global provider. */
  tracerProvider?: TracerProvider | undefined
  /** Where metrics go. Default: the global provider, as it is at the time of the call. */
  meterProvider?: MeterProvider | undefined
}

/**
 * Makes spans and metrics of what all sessions in this process do, whichever copy of this package
 * they come from. Call it once, after the SDK of OpenTelemetry has been set up. They hold public
 * ids and codes, and never a token, key, value, field, user or list.
 *
 * Where there is no `node:diagnostics_channel`, nothing is seen, and nothing happens.
 *
 * @returns how to stop
 * @throws SessionError `ERR_OPTION_INVALID` if `@opentelemetry/api` is too old
 */
export function instrumentSessions(options: InstrumentSessionsOptions = {}): () => void {
  const { metrics, trace } = api as Partial<typeof api>
  if (metrics === undefined || trace === undefined)
    throw invalidOption('sojourn/otel needs version 1.3 or later of `@opentelemetry/api`, which has metrics.')
  const tracer = (options.tracerProvider ?? trace).getTracer('sojourn')
  const recorder = recordMetrics((options.meterProvider ?? metrics).getMeter('sojourn'))
  const stops = [
    recordSpans(tracer),
    hearStores(recorder.onCall),
    hearEvents(recorder.onEvent),
    recorder.stop,
  ]
  return () => stops.forEach((stop) => stop?.())
}
