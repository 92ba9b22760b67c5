/** @module Waiting for a slot of a cluster that is on its way to another node. */

/** In milliseconds. All of them together fit into the time that sessions have by default. */
const PAUSES = [10, 20, 50, 100, 200, 400, 800] as const

/**
 * Repeats a transaction that was refused because of where its slot is. While a slot moves, no
 * node takes commands that name two keys, as those that create a session do. A transaction is
 * refused as a whole, so nothing happens twice.
 */
export async function untilSlotRests<T>(attempt: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await attempt()
    } catch (error) {
      if (!isMoving(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return attempt()
}

/** Glide has words of its own for the replies of the server. */
function isMoving(error: unknown): boolean {
  return error instanceof Error && /^(?:TRYAGAIN|ASK|MOVED)\b|- (?:TryAgain|Ask|Moved):/.test(error.message)
}
