/**
 * Calling what takes a callback, whatever it does with it.
 *
 * @module
 */

type Callback = (error?: unknown, value?: unknown) => void

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
