/**
 * Everything that the packages of a process publish to `node:diagnostics_channel`. Call it
 * before they are loaded.
 *
 * @module
 */

import { inspect } from 'node:util'

/** What was published: on which channel, in which part of the message. */
export type OnTrace = (channel: string, part: string, shown: string) => void

const STEPS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']

/** Listens to every channel from the moment that somebody makes it. */
export function recordTraces(onTrace: OnTrace): void {
  const diagnostics = process.getBuiltinModule('node:diagnostics_channel')
  const { channel, tracingChannel, subscribe } = diagnostics

  /** The steps of one operation publish the same message, with more and more parts. */
  const told = new WeakMap<object, Map<string, unknown>>()

  function watch(name: string): void {
    // Node's own hand over the request itself, with its cookie.
    if (name.startsWith('http.')) return
    subscribe(name, (message) => {
      const parts = told.get(message as object) ?? new Map<string, unknown>()
      told.set(message as object, parts)
      for (const [part, value] of Object.entries(message as object)) {
        if (parts.has(part) && parts.get(part) === value) continue
        parts.set(part, value)
        onTrace(name, part, inspect(value, { depth: 9, showHidden: true, maxStringLength: null }))
      }
    })
  }

  Object.assign(diagnostics, {
    channel(name: string) {
      watch(name)
      return channel(name)
    },
    tracingChannel(name: string) {
      for (const step of STEPS) watch(`tracing:${name}:${step}`)
      return tracingChannel(name)
    },
  })
}
