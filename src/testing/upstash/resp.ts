/**
 * A connection to Redis with nothing but Node: commands out, replies in (RESP2). For tests;
 * applications have better clients.
 *
 * @module
 */

import type { Socket } from 'node:net'

/** A reply: an integer, a status such as `OK`, a text in bytes, nothing, an error of Redis, or a list of these. */
export type Reply = bigint | string | Uint8Array | null | RedisError | Reply[]

/** An error that Redis answered. */
export class RedisError extends Error {}

interface Expected {
  count: number
  replies: Reply[]
  resolve: (replies: Reply[]) => void
  reject: (error: Error) => void
}

/** A connection that is made when it is first needed, and made again after it was lost. */
export class RespConnection {
  readonly #url: URL
  #socket: Socket | null = null
  #received: Buffer = NodeBuffer().alloc(0)
  #expected: Expected[] = []

  /** @param url `redis://[user:password@]host[:port][/database]` */
  constructor(url: string) {
    this.#url = new URL(url)
    if (this.#url.protocol !== 'redis:')
      throw new TypeError('The address of Redis must begin with `redis://`.')
  }

  /** Sends commands in one packet: no other caller's come in between. */
  send(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const isNew = this.#socket === null
    const socket = this.#socket ?? this.#connect()
    const greeting = isNew ? this.#greeting() : []
    return new Promise((resolve, reject) => {
      const all = [...greeting, ...commands]
      const done = (replies: Reply[]): void => {
        const failed = replies.slice(0, greeting.length).find((reply) => reply instanceof RedisError)
        if (failed) reject(failed)
        else resolve(replies.slice(greeting.length))
      }
      this.#expected.push({ count: all.length, replies: [], resolve: done, reject })
      socket.write(all.map(packed).join(''))
      this.#settle()
    })
  }

  /** Ends the connection. */
  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Socket {
    const { connect } = process.getBuiltinModule('node:net')
    const socket = connect(Number(this.#url.port || 6379), this.#url.hostname || '127.0.0.1')
    socket.setNoDelay(true)
    this.#received = NodeBuffer().alloc(0)
    this.#socket = socket
    socket.on('data', (data) => {
      this.#received = NodeBuffer().concat([this.#received, data])
      this.#settle()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#socket = null
      for (const { reject } of this.#expected.splice(0))
        reject(new Error('The connection to Redis was lost.'))
    })
    return socket
  }

  #greeting(): string[][] {
    const { username, password, pathname } = this.#url
    const greeting: string[][] = []
    if (password) greeting.push(['AUTH', ...[username, password].filter(Boolean).map(decodeURIComponent)])
    if (pathname.length > 1) greeting.push(['SELECT', pathname.slice(1)])
    return greeting
  }

  #settle(): void {
    let at = 0
    for (let first = this.#expected[0]; first; first = this.#expected[0]) {
      while (first.replies.length < first.count) {
        const read = readReply(this.#received, at)
        if (read === null) {
          this.#received = this.#received.subarray(at)
          return
        }
        first.replies.push(read.reply)
        at = read.end
      }
      this.#expected.shift()
      first.resolve(first.replies)
    }
    this.#received = this.#received.subarray(at)
  }
}

function packed(command: readonly string[]): string {
  const words = command.map((word) => `$${NodeBuffer().byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${words.join('')}`
}

/** Reads one reply that begins at `start`; `null` if it is not whole yet. */
function readReply(bytes: Buffer, start: number): { reply: Reply; end: number } | null {
  const lineEnd = bytes.indexOf('\r\n', start)
  if (lineEnd === -1) return null
  const kind = String.fromCharCode(bytes[start]!)
  const line = bytes.subarray(start + 1, lineEnd)
  const end = lineEnd + 2
  if (kind === '+') return { reply: line.toString(), end }
  if (kind === '-') return { reply: new RedisError(line.toString()), end }
  if (kind === ':') return { reply: BigInt(line.toString()), end }

  const length = Number(line.toString())
  if (length === -1) return { reply: null, end }
  if (kind === '*') return readList(bytes, end, length)
  if (bytes.length < end + length + 2) return null
  return { reply: bytes.subarray(end, end + length), end: end + length + 2 }
}

function readList(bytes: Buffer, start: number, length: number): { reply: Reply; end: number } | null {
  const reply: Reply[] = []
  let end = start
  for (let i = 0; i < length; i++) {
    const read = readReply(bytes, end)
    if (read === null) return null
    reply.push(read.reply)
    end = read.end
  }
  return { reply, end }
}

function NodeBuffer(): typeof Buffer {
  return process.getBuiltinModule('node:buffer').Buffer
}
