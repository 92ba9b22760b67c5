/**
 * What fed a response that an error took the place of.
 *
 * @module
 */

/** The part of a response that hears of its sources. */
interface Fed {
  on?: (event: string, listener: (source: Source) => void) => unknown
}

/** The part of `stream.Readable` that ends it. */
interface Source {
  listenerCount(event: 'data'): number
  destroy(): unknown
}

/** Ends what is piped into a response, and bears what is written to it. */
export function abandonSources(response: object): void {
  const fed: Fed = response
  // Node stops a source where its response has finished, and leaves its file open.
  fed.on?.('unpipe', (source) => {
    if (source.listenerCount('data') === 0) source.destroy()
  })
  // A `write` that was looked up before the session was opened finds the response ended.
  fed.on?.('error', () => {})
}
