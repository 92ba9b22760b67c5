/** @module A packet of the package `redis` that goes on after its transaction. */

import type { Methods, Wait } from '../client.ts'

/**
 * Fills a `multi()`, to be sent by `execAsPipeline`: MULTI, the commands, EXEC and WAIT. The
 * client itself ends a transaction with its packet. It would also make something of the replies
 * to commands, and in a transaction those are `QUEUED`.
 */
export function fillRaw(
  multi: Methods,
  fill: (multi: Methods) => void,
  isTransaction: boolean,
  wait: Wait,
): void {
  const add = multi['addCommand']!
  // Where to send it comes first, and is something else for a cluster than for a single server.
  let place: readonly unknown[] | undefined
  multi['addCommand'] = (...args) => {
    if (place === undefined) {
      place = args.slice(0, -2)
      if (isTransaction) add.call(multi, ...place, ['MULTI'])
    }
    return add.call(multi, ...args.slice(0, -1))
  }
  fill(multi)
  if (isTransaction) add.call(multi, ...place!, ['EXEC'])
  add.call(multi, ...place!, ['WAIT', ...wait.map(String)])
}
