/**
 * Work in the background on runtimes that end with the response, such as Cloudflare Workers.
 *
 * @module
 */

/** How to keep such a runtime alive, if this is the context object it passes to handlers. */
export function waiter(context: unknown): ((work: () => Promise<void>) => void) | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const { waitUntil } = context as { waitUntil?: unknown }
  if (typeof waitUntil !== 'function') return undefined
  return (work) => void Reflect.apply(waitUntil, context, [work()])
}
