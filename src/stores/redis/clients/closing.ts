/** @module Closing a connection whose server may not answer any more. */

/** How long a connection may take to finish what it has begun, in milliseconds. */
const LIMIT = 1000

/**
 * Closes in order, which waits for commands on their way and, in pools, for clients that are
 * still looking for their server. Cuts the connection if that fails, or takes longer than a second.
 */
export async function closeOrCut(close: () => unknown, cut: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, LIMIT, true)
  })
  try {
    const closed = Promise.resolve(close()).then(
      () => false,
      () => true,
    )
    if (await Promise.race([closed, late])) await cut()
  } finally {
    clearTimeout(timer)
  }
}
