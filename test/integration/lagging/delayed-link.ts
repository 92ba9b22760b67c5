/** @module A way to a Redis on which replicas, and nobody else, hear of everything late. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A port that leads to another one. */
export interface DelayedLink {
  readonly port: number
  close(): Promise<void>
}

/** With these words a replica presents itself. */
const REPLICA = /REPLCONF|PSYNC/i

/** @param lag milliseconds */
export async function delayReplicas(target: number, lag: number): Promise<DelayedLink> {
  const sockets = new Set<Socket>()
  const server = createServer((replica) => {
    const master = connect(target, '127.0.0.1')
    let isReplica = false
    for (const socket of [replica, master]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        replica.destroy()
        master.destroy()
      })
    }
    replica.on('data', (chunk) => {
      isReplica ||= REPLICA.test(chunk.toString('latin1'))
      master.write(chunk)
    })
    master.on('data', (chunk) => {
      if (!isReplica) return void replica.write(chunk)
      void sleep(lag).then(() => replica.writable && replica.write(chunk))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
