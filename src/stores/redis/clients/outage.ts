/**
 * What operations do while their client has no connection: they wait for a moment, for
 * most restarts are over by then, and later ones fail at once. The clients would put their
 * commands into a queue, and send them whenever the server comes back.
 *
 * @module
 */

import type { Executor, Methods } from '../client.ts'

/**
 * For so many milliseconds after a connection was missed, operations wait for it. Less than their
 * timeout by default, so that an operation that waited in vain knows that nothing was sent.
 */
const PATIENCE = 1800

const LOOK_EVERY = 20

/** There is no connection. Has the code and the message of what the client said of it. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
  readonly code: string

  constructor(reason: unknown) {
    super(reason instanceof Error ? reason.message : '', { cause: reason })
    this.code = reason instanceof Error && 'code' in reason ? String(reason.code) : ''
  }
}

/**
 * Settles as `connecting` does, or rejects with `NotConnected` when that takes too long.
 *
 * @param missing whether it is a connection that is missing, and what is said of it
 * @param hopeless resolves with what is said of it when waiting does not help
 */
export function inPatience<T>(
  connecting: Promise<T>,
  missing: () => { is: boolean; reason: unknown },
  hopeless: Promise<unknown>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const { is, reason } = missing()
      if (is) reject(new NotConnected(reason))
    }, PATIENCE)
    void hopeless.then((reason) => reject(new NotConnected(reason)))
    connecting.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Resolves once the client has a connection, or has given up. */
export async function untilReady(executor: Executor): Promise<void> {
  // Not every client has an event for it, and no two have the same one for giving up.
  while (executor.isOpen && executor.isReady === false) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
  }
}

/** Listens to the `error` events of a client. Not as the only one: ioredis then writes to the console. */
export function onErrors(client: Methods, listener: (error: unknown) => void): () => void {
  if (!(Number(client['listenerCount']?.('error')) > 0)) return () => undefined
  client['on']?.('error', listener)
  return () => void client['off']?.('error', listener)
}
