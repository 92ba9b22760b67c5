/**
 * Holding a response that Node is writing already: it is parted from its socket, as a response is
 * whose turn has not come, so all that is written stays in memory.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A response without its socket. */
export interface HeldSocket {
  /** Sends what was written, and all that follows. */
  release(): void
  /** Sends a bare status instead. */
  refuse(status: number): void
}

/** Parts a response from its socket; answers `null` where that is not possible, as in HTTP/2. */
export function holdSocket(response: ServerResponse): HeldSocket | null {
  const socket = response.socket as (Socket & { _httpMessage?: ServerResponse | null }) | null
  if (socket?._httpMessage !== response || typeof response.detachSocket !== 'function') return null
  response.detachSocket(socket)
  // Further requests of this connection still wait for their turn.
  socket._httpMessage = response
  return {
    release() {
      socket._httpMessage = null
      if (socket.destroyed) return void response.emit('close')
      response.assignSocket(socket)
      // `end` corks the socket, and could not uncork it.
      while (socket.writableCorked > 0) socket.uncork()
    },
    refuse(status) {
      socket.once('close', () => response.emit('close'))
      socket.end(`HTTP/1.1 ${status} Session Not Stored\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    },
  }
}
