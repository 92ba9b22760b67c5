/** @module The look at a store that development begins with. */

import type { Store } from '../core/store.ts'
import { warn } from '../core/warn.ts'
import { diagnose } from '../doctor.ts'

const slot = Symbol.for('sojourn.examined')

/**
 * Says what is serious about a store, each in a warning of the process; once for each store of
 * this process, however often it is loaded. Never fails.
 */
export async function examineOnce(store: Store): Promise<void> {
  const holder = globalThis as { [slot]?: Set<string> }
  const examined = (holder[slot] ??= new Set())
  const identity = store.identity ?? store.name
  if (examined.has(identity)) return
  examined.add(identity)
  const findings = await diagnose(store, { thorough: false }).catch(() => [])
  for (const { code, level, text, cure } of findings) {
    // Whether it can be reached, operations say themselves; the application may have closed it.
    if (level !== 'serious' || code === 'reachable') continue
    const message = `The session store (${store.name}) is not safe. ${text} ${cure ?? ''}`
    warn(message, `SOJOURN_${code.replaceAll('-', '_').toUpperCase()}`)
  }
}
