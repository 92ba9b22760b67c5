/**
 * Calling functions that take a callback, and calling back.
 *
 * @module
 */

/** Called back by, or like, a store of express-session. */
// eslint-disable-next-line typescript/no-explicit-any -- what express-session and Fastify declare
export type Callback = (error?: any, value?: any) => void

/**
 * Turns a call into a promise. The first answer counts: some stores call back twice. A throw
 * counts, and so does the rejection of a promise that the call returned. Its fulfilment does
 * not: it often comes before the callback, and with nothing.
 */
export function ask(call: (callback: Callback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = call((error, value) => {
      if (error === undefined || error === null || error === false) resolve(value)
      else reject(error as Error)
    })
    if (returned instanceof Promise) returned.catch(reject)
  })
}

/** Calls back in a turn of its own, so that what a callback throws is not taken for a failure of ours. */
export function settle<T>(work: Promise<T>, callback: Callback | undefined): void {
  work.then(
    (value) => process.nextTick(() => callback?.(null, value)),
    (error: unknown) => process.nextTick(() => callback?.(error)),
  )
}
