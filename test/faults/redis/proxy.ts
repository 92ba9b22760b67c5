/**
 * A network that can be cut and held: a TCP proxy on loopback.
 *
 * @module
 */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  url: string
  /** Cuts the connection when so many bytes of the reply to the next packet that holds `word` have passed. */
  cutReplyTo(word: string, bytes: number): void
  /** Keeps the next packet that holds `word`, and all after it; resolves when it is there. */
  hold(word: string): Promise<void>
  /** Lets them go on their way. */
  release(): void
  close(): Promise<void>
}

/** Starts a proxy before the server at a port. */
export async function startProxy(port: number): Promise<Proxy> {
  let cut: { word: string; bytes: number } | null = null
  let held: { word: string; arrived: () => void } | null = null
  let release = (): void => {}
  const sockets = new Set<Socket>()

  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    let left = Infinity
    let waiting: Buffer[] | null = null
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (packet: Buffer) => {
      if (held && holds(packet, held.word)) {
        waiting = []
        held.arrived()
        held = null
        release = () => {
          for (const each of waiting ?? []) far.write(each)
          waiting = null
        }
      }
      if (waiting) return void waiting.push(packet)
      if (cut && holds(packet, cut.word)) {
        left = cut.bytes
        cut = null
      }
      far.write(packet)
    })
    far.on('data', (packet: Buffer) => {
      near.write(packet.subarray(0, left))
      left -= packet.length
      if (left <= 0) near.end(() => near.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutReplyTo: (word, bytes) => void (cut = { word, bytes }),
    hold: (word) => new Promise((resolve) => (held = { word, arrived: resolve })),
    release: () => release(),
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Clients write commands in capitals or not. */
function holds(packet: Buffer, word: string): boolean {
  return packet.toString('latin1').toUpperCase().includes(word)
}
