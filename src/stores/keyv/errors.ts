/**
 * Errors that a Keyv emits, or keeps to itself, instead of throwing them.
 *
 * @module
 */

/** An emitter of errors. */
export interface Emitter {
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
}

/** Our one listener on an emitter, for all operations under way. */
interface ErrorListener {
  /** How many operations are under way. */
  operations: number
  /** How many errors were emitted, and the latest. */
  count: number
  latest: unknown
  listen: (error: unknown) => void
}

const listeners = new WeakMap<Emitter, ErrorListener>()

/**
 * Runs `work`, and fails if an error is emitted before it is done. We listen only while we wait:
 * without listeners a Keyv throws for its other users, and that is theirs to decide.
 */
export async function throwEmitted<T>(emitter: Emitter, work: () => Promise<T>): Promise<T> {
  const listener = listenerOf(emitter)
  if (listener.operations++ === 0) emitter.on('error', listener.listen)
  const before = listener.count
  try {
    const answer = await work()
    if (listener.count > before) throw listener.latest
    return answer
  } finally {
    if (--listener.operations === 0) emitter.off('error', listener.listen)
  }
}

/**
 * The same Keyv, as one that throws: Keyv 5 answers a failing adapter with `undefined` and says
 * nothing, unless it was made with `throwOnErrors`. For its other users it stays as it is.
 */
export function throwing<K extends object>(keyv: K): K {
  if (!('throwOnErrors' in keyv)) return keyv
  const yes = { value: true }
  return Object.create(keyv, { throwOnErrors: yes, _throwOnErrors: yes }) as K
}

function listenerOf(emitter: Emitter): ErrorListener {
  const known = listeners.get(emitter)
  if (known !== undefined) return known
  const listener: ErrorListener = { operations: 0, count: 0, latest: undefined, listen }
  listeners.set(emitter, listener)
  return listener

  function listen(error: unknown): void {
    listener.count++
    listener.latest = error
  }
}
