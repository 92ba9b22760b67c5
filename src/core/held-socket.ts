/**
 * Holding a response that Node is writing already: it is parted from its socket, as a response is
 * whose turn has not come, so all that is written stays in memory.
 *
 * @module
 */

/** The part of `http.ServerResponse` that is needed. HTTP/2 has no such socket. */
export interface SocketResponse {
  readonly socket?: unknown
  detachSocket?: (socket: never) => void
  assignSocket?: (socket: never) => void
  emit(event: 'close'): unknown
}

interface Socket {
  _httpMessage?: unknown
  readonly destroyed: boolean
  readonly writableCorked: number
  uncork(): void
  once(event: 'close', listener: () => void): unknown
  end(text: string): unknown
}

/** A response without its socket. */
export interface HeldSocket {
  /** Sends what was written, and all that follows. */
  release(): void
  /** Sends a bare status instead. */
  refuse(status: number): void
}

/** Parts a response from its socket; answers `null` where that is not possible, as in HTTP/2. */
export function holdSocket(response: SocketResponse): HeldSocket | null {
  const socket = response.socket as Socket | null | undefined
  if (socket?._httpMessage !== response || response.detachSocket === undefined) return null
  response.detachSocket(socket as never)
  // Further requests of this connection still wait for their turn.
  socket._httpMessage = response
  return {
    release() {
      socket._httpMessage = null
      if (socket.destroyed) return void response.emit('close')
      response.assignSocket?.(socket as never)
      // `end` corks the socket, and could not uncork it.
      while (socket.writableCorked > 0) socket.uncork()
    },
    refuse(status) {
      socket.once('close', () => response.emit('close'))
      socket.end(`HTTP/1.1 ${status} Session Not Stored\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    },
  }
}
