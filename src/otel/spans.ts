/**
 * A span for each operation on a store. It is a child of the span in which the store was asked,
 * and the parent of what the store's own client traces.
 *
 * @module
 */

import type { AsyncLocalStorage } from 'node:async_hooks'
import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { nodeBuiltin } from '../core/runtime.ts'
import { STORE_CHANNEL, type StoreCall } from '../core/wrappers/tracing.ts'
import { endAttributes, hearStores, isFailure, startAttributes } from './calls.ts'

/** Returns how to stop; `null` where nothing is told. */
export function recordSpans(tracer: Tracer): (() => void) | null {
  const start = nodeBuiltin('node:diagnostics_channel')?.tracingChannel?.(STORE_CHANNEL).start
  const scope = activeContext()
  if (start === undefined || scope === null) return null
  const spans = new WeakMap<StoreCall, Span>()

  start.bindStore(scope, (message) => {
    const call = message as StoreCall
    const span = tracer.startSpan(`sojourn.${call.operation}`, {
      kind: SpanKind.INTERNAL,
      attributes: { ...startAttributes(call), ...(call.id !== null && { 'sojourn.session.id': call.id }) },
    })
    spans.set(call, span)
    return trace.setSpan(context.active(), span)
  })
  const stopHearing = hearStores((call) => {
    const span = spans.get(call)
    if (span === undefined) return
    span.setAttributes(endAttributes(call))
    if (isFailure(call.outcome)) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  return () => {
    start.unbindStore(scope)
    stopHearing?.()
  }
}

/**
 * The context of OpenTelemetry in the form that channels can be bound to. Its manager keeps its own
 * storage to itself, so that running in this one runs in that. A Node that enters a bound storage
 * by other ways than `run` would leave the client's spans beside ours.
 */
function activeContext(): AsyncLocalStorage<Context> | null {
  const hooks = nodeBuiltin('node:async_hooks')
  if (hooks === undefined) return null
  class ActiveContext extends hooks.AsyncLocalStorage<Context> {
    override run<R, Args extends unknown[]>(active: Context, work: (...args: Args) => R, ...args: Args): R {
      return context.with(active, work, undefined, ...args)
    }
  }
  return new ActiveContext()
}
