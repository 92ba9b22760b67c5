/**
 * Telling once what a store cannot promise.
 *
 * @module
 */

import { isNode } from '../../core/node-builtin.ts'

const slot = Symbol.for('sojourn.warned')

/**
 * Says, the first time a session is stored in this process, that the store is not atomic: as a
 * process warning with the code `SOJOURN_NOT_ATOMIC`, so `--disable-warning=SOJOURN_NOT_ATOMIC`
 * silences it.
 */
export function warnNotAtomic(store: string): void {
  const holder = globalThis as { [slot]?: Set<string> }
  const warned = (holder[slot] ??= new Set())
  if (warned.has(store)) return
  warned.add(store)
  if (!isNode) return
  process.emitWarning(
    `The session store (${store}) keeps each session as one value. Requests in this process wait for each other; with several processes, two that write to one session at the same moment may overwrite each other. Use SQLite or Redis if that matters.`,
    { type: 'SojournWarning', code: 'SOJOURN_NOT_ATOMIC' },
  )
}
