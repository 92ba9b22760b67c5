/**
 * Telling once what a store cannot promise.
 *
 * @module
 */

import { warnOnce } from '../../core/warn.ts'

/**
 * Says, the first time a session is stored in this process, that the store is not atomic: as a
 * process warning with the code `SOJOURN_NOT_ATOMIC`, so `--disable-warning=SOJOURN_NOT_ATOMIC`
 * silences it.
 */
export function warnNotAtomic(store: string): void {
  warnOnce(
    () =>
      `The session store (${store}) keeps each session as one value. Requests in this process wait for each other; with several processes, two that write to one session at the same moment may overwrite each other. Use SQLite or Redis if that matters.`,
    'SOJOURN_NOT_ATOMIC',
    store,
  )
}
