/** @module How long operations of stores take, and how late the machine lets timers be. */

import { tracingChannel } from 'node:diagnostics_channel'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { StoreCall } from '../../../src/index.ts'

/** Runs from its making to `stop`. */
export interface Stopwatch {
  /** Answers the longest operation of each verb, in milliseconds, and by how much a timer was late at most. */
  stop(): { longest: Record<string, number>; lateness: number }
}

/** Starts one. It sees all stores of the process. */
export function startStopwatch(): Stopwatch {
  const longest: Record<string, number> = {}
  const note = (message: unknown): void => {
    const { operation, duration = 0 } = message as StoreCall
    longest[operation] = Math.max(longest[operation] ?? 0, Math.round(duration))
  }
  const channel = tracingChannel('sojourn:store').asyncEnd
  channel.subscribe(note)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  return {
    stop() {
      channel.unsubscribe(note)
      delay.disable()
      return { longest, lateness: Math.ceil(delay.max / 1e6) }
    },
  }
}
