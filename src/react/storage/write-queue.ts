/**
 * Writes wait a moment, so that a burst of them becomes one, and happen at the latest when
 * the page goes away.
 *
 * @module
 */

/** Milliseconds that a write waits for others. */
const PAUSE = 100

const waiting = new Map<string, () => void>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Runs `write` soon. An earlier one of that name, if still waiting, is dropped. */
export function later(name: string, write: () => void): void {
  waiting.set(name, write)
  timer ??= setTimeout(flush, PAUSE)
  // The same listener counts once, however often it is added.
  addEventListener('pagehide', flush)
  // A phone may end a page in the background without a word.
  document.addEventListener('visibilitychange', flush)
}

/** Runs all writes that wait. */
export function flush(): void {
  clearTimeout(timer)
  timer = undefined
  const writes = [...waiting.values()]
  waiting.clear()
  for (const write of writes) write()
}
