/**
 * Letting an object look different for a while.
 *
 * @module
 */

/** Answers other values for properties; returns how to end that. */
export function pretend(object: object, values: Record<string, () => unknown>): () => void {
  const own = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const,
  )
  for (const [name, get] of Object.entries(values)) {
    Object.defineProperty(object, name, { configurable: true, get })
  }
  return () => {
    for (const [name, before] of own) {
      if (before === undefined) Reflect.deleteProperty(object, name)
      else Object.defineProperty(object, name, before)
    }
  }
}
