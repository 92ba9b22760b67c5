/**
 * Holds a Node response until its sessions are stored.
 *
 * As long as nothing is due, calls pass straight through. Else the first call that would begin the
 * response, and all after it, wait in line, while the response looks begun to the application. Then
 * they are made as they were; or, if a session could not be stored, an error is sent in their place.
 *
 * Node's own code leads here too: every head that it makes by itself goes through `writeHead`.
 *
 * @module
 */

import { ErrorAnswer } from './error-answer.ts'
import type { GatedResponse, GatePort } from './gate-port.ts'
import { intercept, interceptorOf, type Call, type Methods } from './gated-methods.ts'
import { headSent, keepStatus, setHead, takeHeaders } from './head-arguments.ts'
import { lookBegun, underneath } from './held-response.ts'

/** Makes a response wait for one thing more. */
export function holdResponse(response: GatedResponse, port: GatePort): void {
  const gate = gateOf(response) ?? new ResponseGate(response)
  gate.admit(port)
}

/** What a response waits for so far. */
export function portsOf(response: GatedResponse): readonly GatePort[] {
  return gateOf(response)?.ports ?? []
}

class ResponseGate {
  readonly ports: GatePort[] = []
  readonly #response: GatedResponse
  #originals: Methods
  /**
   * `held`: calls wait in line. `begun`: the head is being made; `passed`: it is made. `failing`: an
   * error takes its place; `failed`: it has.
   */
  #state: 'open' | 'held' | 'begun' | 'passed' | 'failing' | 'failed' = 'open'
  #line: Call[] = []
  #isSettling = false
  #hasSettled = false
  /** Whether everything was stored after the response was ended. */
  #isFinal = false
  /** Ends the holding. */
  #resume: () => void = () => {}
  #error: ErrorAnswer | null = null

  constructor(response: GatedResponse) {
    this.#response = response
    this.#originals = intercept(response, this)
  }

  admit(port: GatePort): void {
    this.ports.push(port)
    const isEarly = this.#state === 'held' || (this.#state === 'open' && !this.#response.headersSent)
    if (!isEarly) port.close()
  }

  /** A call of the application's, or of Node's own code. */
  call(call: Call): unknown {
    if (this.#state === 'open' && this.#response.headersSent) this.#miss()
    const isHead = call.method === 'writeHead'
    switch (this.#state) {
      case 'held':
        return this.#wait(call)
      case 'open':
        if (!this.#isFree(call)) return this.#hold(call)
        return isHead ? this.#makeHead(call) : this.#begin(call)
      case 'begun':
      case 'passed':
        if (isHead && this.#state === 'begun') return this.#makeHead(call)
        if (call.method === 'end' && !this.#isFinal && this.#isDue()) return this.#hold(call)
        return this.#make(call)
      case 'failing':
      case 'failed':
        if (isHead && !this.#response.headersSent) return this.#makeErrorHead()
        return this.#state === 'failing' ? this.#make(call) : this.#drop(call)
    }
  }

  #isDue(hasSettled = false): boolean {
    return this.ports.some((port) => port.isDue(hasSettled))
  }

  /** Whether a call that begins the response may be made at once. */
  #isFree({ method }: Call): boolean {
    if (this.#isDue(this.#hasSettled)) return false
    return this.#hasSettled || method === 'end' || !this.ports.some((port) => port.mayAnnounce())
  }

  #make({ method, args }: Call): unknown {
    return Reflect.apply(this.#originals[method] ?? (() => {}), this.#response, args)
  }

  /** Every way to begin a response leads to `writeHead` from inside, at once or, with wrappers, later. */
  #begin(call: Call): unknown {
    this.#state = 'begun'
    try {
      if (!('_implicitHeader' in this.#response)) this.#announce()
      const made = this.#make(call)
      this.#close()
      return made
    } catch (error) {
      if (this.#state === 'begun') this.#state = 'open'
      throw error
    }
  }

  #makeHead(call: Call): unknown {
    const args = takeHeaders(this.#response, call.args)
    this.#announce()
    const made = this.#make({ method: 'writeHead', args })
    this.#state = 'passed'
    this.#close()
    return made
  }

  /** The head was made by a `writeHead` that was looked up before this gate was there. */
  #miss(): void {
    this.#state = 'passed'
    try {
      this.#announce()
      this.#close()
    } catch (error) {
      this.#fail(error)
    }
  }

  #announce(): void {
    for (const port of this.ports) port.announce(this.#response)
  }

  #close(): void {
    for (const port of this.ports) port.close()
  }

  #hold(call: Call): unknown {
    const response = this.#response
    const isHead = call.method === 'writeHead'
    const args = isHead ? setHead(response, call.args) : call.args
    const restoreStatus = keepStatus(response)
    const state = this.#state
    const unmask = lookBegun(response, this.#line, () => this.#start())
    this.#state = 'held'
    this.#resume = () => {
      unmask()
      this.#state = state
      this.#resume = () => {}
      if (state === 'open') restoreStatus()
    }
    if (!isHead) return this.#queue(call)
    // As in Node, a head alone sends nothing.
    this.#line.push({ method: 'writeHead', args })
    return response
  }

  #wait(call: Call): unknown {
    if (call.method === 'writeHead') throw headSent(this.#response)
    if (this.#isSettling || !this.#isFree(call)) return this.#queue(call)
    this.#release()
    return this.call(call)
  }

  #queue(call: Call): unknown {
    this.#line.push(call)
    this.#start(call.method === 'end')
    return call.method === 'write' ? false : this.#response
  }

  #start(isFinal = false): void {
    if (!this.#isSettling) void this.#settle(isFinal)
  }

  async #settle(isFinal: boolean): Promise<void> {
    this.#isSettling = true
    const failure = await Promise.all(this.ports.map((port) => port.settle(isFinal))).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    this.#isSettling = false
    if (failure !== null) return this.#fail(failure.error)
    this.#isFinal ||= isFinal
    this.#release()
  }

  #release(): void {
    const line = this.#leave()
    this.#hasSettled = true
    let isFlowing = false
    try {
      for (let call = line.shift(); call !== undefined; call = line.shift()) {
        const answer = this.call(call)
        if (call.method === 'write') isFlowing = answer !== false
      }
    } catch (error) {
      // What the application would have caught, such as an illegal header, had it not been held.
      this.#line.push(...line)
      return this.#fail(error)
    }
    if (isFlowing && !this.#response.writableEnded) this.#response.emit('drain')
  }

  /** Ends the holding; answers the calls that waited. */
  #leave(): Call[] {
    const line = this.#line.splice(0)
    this.#resume()
    if (line.some(({ isUnderneath }) => isUnderneath))
      this.#originals = underneath(this.#response, this.#originals)
    return line
  }

  #fail(error: unknown): void {
    const line = this.#leave()
    const response = this.#response
    this.#close()
    for (const port of this.ports) port.failed(error)
    this.#state = 'failing'
    this.#error = new ErrorAnswer(error)
    try {
      // Once the status is out, a body cut short is the only way left to tell.
      if (response.headersSent) response.destroy()
      else this.#make({ method: 'end', args: [this.#error.dress(response)] })
    } catch {
      response.destroy()
    }
    this.#state = 'failed'
    for (const call of line) this.#drop(call)
    if (line.some(({ method }) => method === 'write')) response.emit('drain')
  }

  /** Layers around the response may have dressed it anew on the way here. */
  #makeErrorHead(): unknown {
    this.#error?.dress(this.#response)
    return this.#make({ method: 'writeHead', args: [this.#response.statusCode] })
  }

  /** Calls back as if it were done, so that the source of the response comes to its end. */
  #drop({ method, args }: Call): unknown {
    const callback = args.at(-1)
    if (typeof callback === 'function') queueMicrotask(() => void Reflect.apply(callback, undefined, []))
    return method === 'write' ? true : this.#response
  }
}

function gateOf(response: GatedResponse): ResponseGate | undefined {
  return interceptorOf(response) as ResponseGate | undefined
}
