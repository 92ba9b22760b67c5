/**
 * Noticing that a server wants to stop: one that waits for its responses would wait for those
 * that never end by themselves.
 *
 * @module
 */

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Calls `work` at every signal that the application handles itself. One that it leaves alone ends
 * the process, as it did before. Returns how to stop.
 */
export function onShutdown(work: () => void): () => void {
  const host = globalThis.process
  const handled = SIGNALS.filter((signal) => (host?.listenerCount?.(signal) ?? 0) > 0)
  for (const signal of handled) host.on(signal, work)
  return () => {
    for (const signal of handled) host.off(signal, work)
  }
}
