/**
 * Servers that a test process started end with it.
 *
 * @module
 */

const works = new Set<() => void>()

/**
 * Does something when this process ends: by itself, by a signal, or because its parent is gone.
 * Answers how to forget that.
 */
export function atExit(work: () => void): () => void {
  listen()
  works.add(work)
  return () => works.delete(work)
}

let isListening = false

function listen(): void {
  if (isListening) return
  isListening = true
  process.on('exit', () => {
    for (const work of works) work()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit())
  process.once('disconnect', () => process.exit())
}
