/**
 * Holds a Node response until its sessions are stored.
 *
 * As long as nothing is due, calls pass straight through. Else the first call that would begin the
 * response, and all after it, wait in line, while the response looks begun to the application. Then
 * they are made as they were; or, if a session could not be stored, an error is sent in their place.
 *
 * Node's own code leads here too: every head that it makes by itself goes through `writeHead`, and
 * one that comes past all methods is heard where it is made.
 *
 * @module
 */

import { abandonSources } from './abandoned-sources.ts'
import { DrainListeners } from './drain-listeners.ts'
import { cutShort, ErrorAnswer } from './error-response.ts'
import type { GatedResponse, GatePort } from './gate-port.ts'
import { GatePorts } from './gate-ports.ts'
import { interceptHead } from './gated-head.ts'
import { intercept, interceptorOf, type Call, type Methods } from './gated-methods.ts'
import { headSent, keepStatus, setHead, takeHeaders } from './head-arguments.ts'
import { lookBegun, underneath } from './held-response.ts'

/** Makes a response wait for one thing more. */
export function holdResponse(response: GatedResponse, port: GatePort): void {
  ;(gateOf(response) ?? new ResponseGate(response)).admit(port)
}

/** Lets something look before the application begins the response; what it throws, it is told. */
export function beforeResponse(response: GatedResponse, check: () => void): void {
  gateOf(response)?.ports.addCheck(check)
}

/** What a response waits for so far. */
export function portsOf(response: GatedResponse): readonly GatePort[] {
  return gateOf(response)?.ports.all ?? []
}

class ResponseGate {
  readonly ports = new GatePorts()
  isHeadHeard = false
  readonly #response: GatedResponse
  readonly #waiting: DrainListeners
  #originals: Methods
  /**
   * `held`: calls wait in line. `begun`: the head is being made; `passed`: it is made. `failing`: an
   * error takes its place; `failed`: it has.
   */
  #state: 'open' | 'held' | 'begun' | 'passed' | 'failing' | 'failed' = 'open'
  #line: Call[] = []
  #isSettling = false
  /** Whether everything was stored after the response was ended. */
  #isFinal = false
  /** Ends the holding. */
  #resume: () => void = () => {}
  #error: ErrorAnswer | null = null

  constructor(response: GatedResponse) {
    this.#response = response
    this.#originals = intercept(response, this)
    interceptHead(response, this)
    this.#waiting = new DrainListeners(response, () => this.#state === 'open' || this.#state === 'held')
  }

  admit(port: GatePort): void {
    this.ports.add(port)
    const isEarly = this.#state === 'held' || (this.#state === 'open' && !this.#response.headersSent)
    if (!isEarly) port.close()
  }

  /** A call of the application's, or of Node's own code. */
  call(call: Call): unknown {
    if (this.#state === 'open' && this.#response.headersSent) this.miss()
    const isHead = call.method === 'writeHead'
    switch (this.#state) {
      case 'held':
        return this.#wait(call)
      case 'open':
        this.ports.check()
        if (!this.ports.isFree(call.method)) return this.#hold(call)
        return isHead ? this.#makeHead(call) : this.#begin(call)
      case 'begun':
      case 'passed':
        if (isHead && this.#state === 'begun') return this.#makeHead(call)
        if (call.method === 'end' && !this.#isFinal && this.ports.isDue()) return this.#hold(call)
        return this.#make(call)
      case 'failing':
      case 'failed':
        if (isHead && !this.#response.headersSent) return this.#makeErrorHead()
        return this.#state === 'failing' ? this.#make(call) : this.#drop(call)
    }
  }

  #make({ method, args }: Call): unknown {
    return Reflect.apply(this.#originals[method] ?? (() => {}), this.#response, args)
  }

  /** Every way to begin a response leads to `writeHead` from inside, at once or, with wrappers, later. */
  #begin(call: Call): unknown {
    this.#state = 'begun'
    try {
      if (!('_implicitHeader' in this.#response)) this.ports.announce(this.#response)
      const made = this.#make(call)
      this.ports.close()
      return made
    } catch (error) {
      if (this.#state === 'begun') this.#state = 'open'
      throw error
    }
  }

  #makeHead(call: Call): unknown {
    const args = takeHeaders(this.#response, call.args)
    this.ports.announce(this.#response)
    const made = this.#passHead(args)
    this.#state = 'passed'
    this.ports.close()
    return made
  }

  #passHead(args: unknown[]): unknown {
    this.isHeadHeard = true
    try {
      return this.#make({ method: 'writeHead', args })
    } catch (error) {
      this.isHeadHeard = false
      throw error
    }
  }

  miss(): void {
    if (this.#state !== 'open') return
    this.#state = 'passed'
    try {
      this.ports.announce(this.#response)
      this.ports.close()
    } catch (error) {
      this.#fail(error)
    }
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
    if (this.#isSettling || !this.ports.isFree(call.method)) return this.#queue(call)
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
    const failure = await this.ports.settle(isFinal)
    this.#isSettling = false
    if (failure !== null) return this.#fail(failure.error)
    this.#isFinal ||= isFinal
    this.#release()
  }

  #release(): void {
    const line = this.#leave()
    this.ports.hasSettled = true
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
    if (isFlowing && !this.#response.writableEnded) this.#waiting.call()
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
    this.ports.close()
    this.ports.failed(error)
    this.#state = 'failing'
    this.#error = new ErrorAnswer(error)
    abandonSources(response)
    try {
      // Once the status is out, a body cut short is the only way left to tell.
      if (response.headersSent) cutShort(response)
      else this.#make({ method: 'end', args: [this.#error.dress(response)] })
    } catch {
      cutShort(response)
    }
    this.#state = 'failed'
    for (const call of line) this.#drop(call)
    if (line.some(({ method }) => method === 'write')) this.#waiting.call()
  }

  /** Layers around the response may have dressed it anew on the way here. */
  #makeErrorHead(): unknown {
    this.#error?.dress(this.#response)
    return this.#passHead([this.#response.statusCode])
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
