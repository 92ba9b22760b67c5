/**
 * The methods of a response that begin it, and what hears their calls instead.
 *
 * @module
 */

/** See the module. */
export interface Methods {
  writeHead: (...args: never[]) => unknown
  write: (...args: never[]) => unknown
  end: (...args: never[]) => unknown
  flushHeaders?: (() => void) | undefined
}

/** One call. */
export interface Call {
  method: keyof Methods
  args: unknown[]
  /** Whether HTTP/2 has noted the end of the response already, and would refuse it again. */
  isUnderneath?: boolean
}

/** What hears the calls. */
export interface Interceptor {
  call(call: Call): unknown
  /** Whether the head has been heard, and Node may make it. */
  readonly isHeadHeard: boolean
  /** Hears of a head that was made unheard: what needs a cookie, or is not stored, does not go on. */
  miss(): void
}

/** On the response itself: a WeakMap of all responses would cost the garbage collector a lot. */
const INTERCEPTOR: unique symbol = Symbol('sojourn.interceptor')

interface Intercepted {
  [INTERCEPTOR]?: Interceptor
}

/** Lets calls be heard; returns the methods as they were. Those that are missing are not added. */
export function intercept(response: Methods, interceptor: Interceptor): Methods {
  const { writeHead, write, end, flushHeaders } = response
  attach(response, interceptor)
  for (const method of NAMES)
    if (typeof response[method] === 'function') response[method] = INTERCEPTED[method]
  return { writeHead, write, end, flushHeaders }
}

/** Lets an object be asked for its interceptor. */
export function attach(to: object, interceptor: Interceptor): void {
  ;(to as Intercepted)[INTERCEPTOR] = interceptor
}

/** What hears the calls of a response. */
export function interceptorOf(response: object): Interceptor | undefined {
  return (response as Intercepted)[INTERCEPTOR]
}

/** One function for all responses: each would cost as much as all else here. */
function intercepted(method: keyof Methods): (this: Intercepted, ...args: unknown[]) => unknown {
  return function (...args) {
    return this[INTERCEPTOR]?.call({ method, args })
  }
}

const INTERCEPTED = {
  writeHead: intercepted('writeHead'),
  write: intercepted('write'),
  end: intercepted('end'),
  flushHeaders: intercepted('flushHeaders'),
}
const NAMES = Object.keys(INTERCEPTED) as (keyof Methods)[]
