/** @module Telling the developer what no caller can be told. */

import { isNode } from './runtime.ts'

const slot = Symbol.for('sojourn.warned')

/**
 * Emits a warning of the process; writes it to the console where there is none.
 * @param code what `--disable-warning` silences it by
 */
export function warn(message: string, code?: string): void {
  if (isNode) process.emitWarning(message, { type: 'SojournWarning', ...(code && { code }) })
  // oxlint-disable-next-line no-console -- Workers log nothing else
  else console.warn(`SojournWarning${code ? ` [${code}]` : ''}: ${message}`)
}

/** The same, once in this process, however often this package is loaded. */
export function warnOnce(message: () => string, code: string, about = ''): void {
  const holder = globalThis as { [slot]?: Set<string> }
  const warned = (holder[slot] ??= new Set())
  const reason = `${code} ${about}`
  if (warned.has(reason)) return
  warned.add(reason)
  warn(message(), code)
}
