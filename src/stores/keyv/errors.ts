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

interface Ear {
  /** How many operations are under way. */
  listening: number
  /** How many errors were heard, and the latest. */
  count: number
  latest: unknown
  listener: (error: unknown) => void
}

const ears = new WeakMap<Emitter, Ear>()

/**
 * Runs `work`, and fails if an error was emitted meanwhile. We listen only while
 * we wait: without listeners, a Keyv throws for its other users, and that is theirs to decide.
 */
export async function heard<T>(emitter: Emitter, work: () => Promise<T>): Promise<T> {
  const ear = earOf(emitter)
  if (ear.listening++ === 0) emitter.on('error', ear.listener)
  const before = ear.count
  try {
    const answer = await work()
    if (ear.count > before) throw ear.latest
    return answer
  } finally {
    if (--ear.listening === 0) emitter.off('error', ear.listener)
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

function earOf(emitter: Emitter): Ear {
  const known = ears.get(emitter)
  if (known !== undefined) return known
  const ear: Ear = { listening: 0, count: 0, latest: undefined, listener: hear }
  ears.set(emitter, ear)
  return ear

  function hear(error: unknown): void {
    ear.count++
    ear.latest = error
  }
}
