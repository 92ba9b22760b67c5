/** @module The first connection of a cluster of the package `redis`. */

/** How long one attempt may take, in milliseconds: as long as that package gives a single connection. */
const LIMIT = 5000

/** How long one that was cut may take to end. By default a client pauses for two seconds at most. */
const TO_END = 2500

/**
 * Connects, or gives up after a few seconds. The client asks one node who the masters are, and waits
 * for each of them. If that node is frozen, or a master has just died, it waits without end, also
 * when a replica has long taken its place. Another attempt asks again, and maybe another node.
 *
 * @param connect connects
 * @param cut ends that
 */
export async function connectInTime(
  connect: () => Promise<unknown>,
  cut: () => Promise<void>,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      cut().catch(() => undefined)
      // What comes of it later would disturb the next attempt. Yet it does not end while a node says nothing.
      timer = setTimeout(() => reject(new Error('not connected in time')), TO_END)
    }, LIMIT)
  })
  try {
    await Promise.race([connect(), late])
  } finally {
    clearTimeout(timer)
  }
}
