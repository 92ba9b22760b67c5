/** @module Whether there are other processes, which cannot see what this one keeps in its memory. */

import { nodeBuiltin } from '../core/runtime.ts'
import { about, type Finding } from './finding.ts'

/** For a store whose sessions no other process can see. */
export function processesFinding(): Finding {
  const on = about('processes')
  const cure = 'Use SQLite on one machine, Redis on several.'
  if (isOneOfMany())
    return on.serious('This is one of several processes, and each has sessions of its own.', cure)
  return on.note('A second process, or a second machine, would have sessions of its own.', cure)
}

/** As Node's own cluster, PM2 and platforms with WEB_CONCURRENCY tell it. */
function isOneOfMany(): boolean {
  const env = globalThis.process?.env ?? {}
  // Its types are those of an import, which has one object more around it.
  const cluster = nodeBuiltin('node:cluster') as unknown as { isWorker: boolean } | undefined
  if (cluster?.isWorker) return true
  return Number(env['NODE_APP_INSTANCE']) > 0 || Number(env['WEB_CONCURRENCY']) > 1
}
