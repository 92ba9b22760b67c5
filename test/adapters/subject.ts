/**
 * What the suite needs of an adapter: a real server, in the way of its framework.
 *
 * @module
 */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SessionOptions } from '../../src/core/options.ts'

/** A running server. */
export interface Running {
  url: string
  close: () => Promise<void>
}

/** An adapter under test. */
export interface Subject {
  name: string
  /** Whether a route without a session asks the store for nothing, though a cookie comes. */
  isLazy: boolean
  start: (options: SessionOptions) => Promise<Running>
}

/** Lets a server of Node listen on a free port. */
export async function listen(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
