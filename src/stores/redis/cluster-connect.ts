/** @module The first connection of a cluster of the package `redis`. */

/** How long one attempt may take, in milliseconds: as long as that package gives a single connection. */
const LIMIT = 5000

/**
 * Connects, or gives up after five seconds. The client asks one node who the masters are, and waits
 * for each of them. If one has just died it waits without end, also when a replica has long
 * taken its place. Another attempt asks again.
 *
 * @param connect connects
 * @param cut ends that, so that it rejects
 */
export async function connectInTime(
  connect: () => Promise<unknown>,
  cut: () => Promise<void>,
): Promise<void> {
  const timer = setTimeout(() => void cut().catch(() => undefined), LIMIT)
  try {
    // Not before it has ended by itself: what comes of it late would end the next attempt.
    await connect()
  } finally {
    clearTimeout(timer)
  }
}
