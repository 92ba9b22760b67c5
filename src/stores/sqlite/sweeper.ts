/**
 * Removing what is over, a little at a time and off the request path.
 *
 * @module
 */

/** How many rows one step removes at most, and how long it should take, in milliseconds. */
const MOST_ROWS = 200
const FEWEST_ROWS = 10
const STEP_TIME = 3
/** How long requests have the event loop to themselves between two steps, in milliseconds. */
const PAUSE = 20

/**
 * Calls `sweep` with a number of rows every `interval` milliseconds, and again soon as
 * long as it removes that many. The number follows the time that `sweep` took.
 * The timer does not keep the process alive. A failure is left to the next request
 * to report: it will meet the same one.
 *
 * @param sweep Removes up to `limit` rows; answers how many it removed and how long that took.
 * @returns A function that stops it.
 */
export function startSweeper(
  sweep: (limit: number) => Promise<{ removed: number; ms: number }>,
  interval: number,
): () => void {
  let limit = MOST_ROWS / 4
  let isStopped = false
  let timer = schedule(interval)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }

  function schedule(ms: number): NodeJS.Timeout {
    return setTimeout(() => void step(), ms).unref()
  }

  async function step(): Promise<void> {
    const more = await sweep(limit).then(
      ({ removed, ms }) => {
        const isFull = removed === limit
        limit = ms > STEP_TIME ? Math.max(FEWEST_ROWS, limit >> 1) : Math.min(MOST_ROWS, limit + FEWEST_ROWS)
        return isFull
      },
      () => false,
    )
    if (!isStopped) timer = schedule(more ? PAUSE : interval)
  }
}
