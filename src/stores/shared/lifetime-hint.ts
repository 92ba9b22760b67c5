/** @module What to write instead of a lifetime that is told to a store. */

import type { Hint } from '../../core/check-options.ts'

/** For `checkNames`. */
export const lifetimeHint: Hint = (_, name) =>
  /^(ttl|maxAge|expir\w+|lifetime)$/.test(name)
    ? "How long sessions live is told to createSessions: idle: '24h', absolute: '30d'."
    : null
