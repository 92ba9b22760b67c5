/**
 * Holds a Node response until the session's writes are stored.
 *
 * As long as nothing is on its way, calls pass straight through. Else the first call that would
 * begin the response, and all after it, wait in line, while the response looks begun to the
 * application. Then they are made as they were; or, if a write has failed and nobody noticed,
 * an error is sent in their place.
 *
 * @module
 */

import { isSessionError } from './errors.ts'
import { isSettled, settleAll, type HeldChannel } from './held-channel.ts'
import { holdSocket, type SocketResponse } from './held-socket.ts'
import { isOfContent } from './content-headers.ts'
import { addCookies, extractHeaders, varyByCookie, type NodeHeaders } from './node-head.ts'
import { pretend } from './pretend.ts'

/** The part of `http.ServerResponse`, or of its HTTP/2 sibling, that is held. */
export interface GatedResponse extends NodeHeaders, SocketResponse {
  statusCode: number
  statusMessage: string
  readonly writableEnded: boolean
  getHeaderNames(): string[]
  writeHead: (...args: never[]) => unknown
  write: (...args: never[]) => unknown
  end: (...args: never[]) => unknown
  flushHeaders?: () => void
  /** Node's own way to a head that nobody wrote. */
  _implicitHeader?: () => void
  emit(event: 'drain' | 'close'): unknown
  destroy(error?: Error): unknown
}

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders'

interface Call {
  method: Method
  args: unknown[]
}

/** On the response itself: a WeakMap of all responses would cost the garbage collector a lot. */
const GATE: unique symbol = Symbol('sojourn.gate')

interface Held {
  [GATE]?: Gate
}

/** Lets a channel's cookie go out with the response, once the session's writes are stored. */
export function holdFor(channel: HeldChannel, response: GatedResponse & Held): void {
  if (response[GATE] === undefined && response.headersSent) return channel.close()
  response[GATE] ??= new Gate(response)
  response[GATE].admit(channel)
}

/**
 * Stores what a response waits for ahead of time, where a failure can still be handled; then no
 * cookie goes out.
 * @throws the first failure that nobody awaited
 */
export async function commitNow(response: GatedResponse & Held): Promise<void> {
  await response[GATE]?.commit()
}

class Gate {
  readonly #response: GatedResponse
  readonly #originals: Record<Method, (...args: never[]) => unknown>
  readonly #implicitHeader: (() => void) | undefined
  readonly #channels: HeldChannel[] = []
  /**
   * `held`: calls wait in line. `begun`: the head is being made; `passed`: it is made. `failing`: an
   * error takes its place; `failed`: it has.
   */
  #state: 'open' | 'held' | 'begun' | 'passed' | 'failing' | 'failed' = 'open'
  #line: Call[] = []

  constructor(response: GatedResponse) {
    const { writeHead, write, end, flushHeaders = () => {} } = response
    this.#response = response
    this.#originals = { writeHead, write, end, flushHeaders }
    Object.assign(response, GATED)
    this.#implicitHeader = response._implicitHeader
    if (this.#implicitHeader !== undefined) response._implicitHeader = implicitHeader
  }

  admit(channel: HeldChannel): void {
    this.#channels.push(channel)
    if (this.#state !== 'open' && this.#state !== 'held') channel.close()
  }

  async commit(): Promise<void> {
    try {
      await settleAll(this.#channels)
    } catch (error) {
      for (const channel of this.#channels) channel.discard()
      throw error
    }
  }

  /** A call of the application's. */
  call(call: Call): unknown {
    switch (this.#state) {
      case 'passed':
      case 'failing':
        return this.#make(call)
      case 'failed':
        return this.#isHead(call) && !this.#response.headersSent ? this.#make(call) : this.#drop(call)
      case 'begun':
        return this.#isHead(call) ? this.#makeHead(call) : this.#make(call)
      case 'open':
        if (this.#channels.every(isSettled))
          return this.#isHead(call) ? this.#makeHead(call) : this.#begin(call)
        void this.#hold()
    }
    this.#line.push(call)
    return call.method === 'write' ? false : this.#response
  }

  /**
   * Node makes the head in a call that did not come by here: in `response.end(await work())` the
   * method is looked up before `work` asks for the session. Now only the socket can wait.
   */
  makeImplicitHeader(): void {
    if (this.#state === 'open' && !this.#channels.every(isSettled)) this.#holdSocket()
    Reflect.apply(this.#implicitHeader ?? (() => {}), this.#response, [])
  }

  #holdSocket(): void {
    this.#state = 'begun'
    const held = holdSocket(this.#response)
    if (held === null) return
    settleAll(this.#channels).then(
      () => held.release(),
      (error: unknown) => held.refuse(statusOf(error)),
    )
  }

  #isHead({ method }: Call): boolean {
    return method === 'writeHead'
  }

  #make({ method, args }: Call): unknown {
    return Reflect.apply(this.#originals[method], this.#response, args)
  }

  /** Every way to begin a response leads to `writeHead` from inside, at once or, with wrappers, later. */
  #begin(call: Call): unknown {
    this.#state = 'begun'
    try {
      const made = this.#make(call)
      this.#close()
      return made
    } catch (error) {
      if (this.#state === 'begun') this.#state = 'open'
      throw error
    }
  }

  #makeHead(call: Call): unknown {
    const response = this.#response
    const cookies = this.#channels.flatMap((channel) => channel.cookies)
    const args = extractHeaders(response, call.args)
    varyByCookie(response)
    addCookies(response, cookies)
    const made = this.#make({ method: 'writeHead', args })
    this.#state = 'passed'
    this.#close()
    return made
  }

  #close(): void {
    for (const channel of this.#channels) channel.close()
  }

  async #hold(): Promise<void> {
    const response = this.#response
    const { statusCode } = response
    const reason = reasonOf(response)
    this.#state = 'held'
    const unmask = pretend(response, {
      headersSent: () => true,
      writableEnded: () => this.#line.some(({ method }) => method === 'end'),
    })
    const failure = await settleAll(this.#channels).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    unmask()
    const line = this.#line
    this.#line = []
    if (failure !== null) return this.#fail(failure.error, line)
    response.statusCode = statusCode
    if (reason !== '') response.statusMessage = reason
    this.#release(line)
  }

  #release(line: readonly Call[]): void {
    this.#state = 'open'
    let isFlowing = false
    try {
      for (const call of line) {
        const answer = this.call(call)
        if (call.method === 'write') isFlowing = answer !== false
      }
    } catch (error) {
      // What the application would have caught, such as an illegal header, had it not been held.
      return this.#fail(error, [])
    }
    if (isFlowing && !this.#response.writableEnded) this.#response.emit('drain')
  }

  #fail(error: unknown, line: readonly Call[]): void {
    this.#close()
    this.#state = 'failing'
    try {
      this.#sendError(error)
    } catch {
      this.#response.destroy()
    }
    this.#state = 'failed'
    for (const call of line) this.#drop(call)
  }

  #sendError(error: unknown): void {
    const response = this.#response
    if (response.headersSent) return void response.destroy()
    const text = isSessionError(error) ? error.code : 'Internal Server Error'
    for (const name of response.getHeaderNames().filter(isOfContent)) response.removeHeader(name)
    response.statusCode = statusOf(error)
    if (reasonOf(response) !== '') response.statusMessage = ''
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.setHeader('content-length', String(text.length))
    response.setHeader('cache-control', 'private, no-store')
    this.#make({ method: 'end', args: [text] })
  }

  /** Calls back as if it were done, so that whatever feeds the response comes to its end. */
  #drop({ method, args }: Call): unknown {
    const callback = args.at(-1)
    if (typeof callback === 'function') queueMicrotask(() => void Reflect.apply(callback, undefined, []))
    return method === 'write' ? true : this.#response
  }
}

/** One function for all responses: each would cost as much as all else here. */
function gated(method: Method): (this: Held, ...args: unknown[]) => unknown {
  return function (...args) {
    return this[GATE]?.call({ method, args })
  }
}

const GATED = {
  writeHead: gated('writeHead'),
  write: gated('write'),
  end: gated('end'),
  flushHeaders: gated('flushHeaders'),
}

function implicitHeader(this: Held): void {
  this[GATE]?.makeImplicitHeader()
}

function statusOf(error: unknown): number {
  return isSessionError(error) ? error.status : 500
}

/** What the application wrote into the status line. HTTP/2 has none, and warns when it is asked. */
function reasonOf(response: GatedResponse): string {
  return Object.hasOwn(response, 'statusMessage') ? response.statusMessage : ''
}
