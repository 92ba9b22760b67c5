/**
 * How a response looks while it is held: begun, and ended if it was, to all who ask, Node's own
 * code among them.
 *
 * In `response.end(await work())` the method is looked up before `work` asks for the session, so the
 * end is Node's own, which makes a head through the gate and then sends. Such calls come underneath:
 * they are caught where Node sends, and put in line. A head that comes so is in `gated-head.ts`.
 *
 * @module
 */

import type { Call, Methods } from './gated-methods.ts'
import type { HeadResponse } from './head-arguments.ts'

/** The part of a response that shows whether it has begun. */
export interface HeldResponse extends HeadResponse, Methods {
  readonly writableEnded: boolean
}

interface Stream {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  respond(headers: object, options: object): void
  write(...args: unknown[]): boolean
  end(...args: unknown[]): unknown
}

/**
 * Makes a response look as begun as the calls that wait say; returns how to end that.
 * @param line the calls that wait, to which those are added that come underneath
 * @param added hears of these
 */
export function lookBegun(response: HeldResponse, line: Call[], added: () => void): () => void {
  const isEnded = (): boolean => line.some(({ method }) => method === 'end')
  const isFull = (): boolean => line.some(({ method }) => method === 'write') && !isEnded()
  function add(call: Call): false {
    line.push(call)
    added()
    return false
  }
  const look = {
    headersSent: { get: () => true },
    writableEnded: { get: isEnded },
    writableFinished: { get: () => false },
    writableNeedDrain: { get: isFull },
    finished: { get: isEnded, set: () => {} },
  }
  const stream = response.stream as Stream | undefined
  if (stream !== undefined) {
    const write = (...args: unknown[]): false => add({ method: 'write', args })
    const end = (...args: unknown[]): false => add({ method: 'end', args, isUnderneath: true })
    return both(
      disguise(response, look),
      disguise(stream, { headersSent: look.headersSent, write: { value: write }, end: { value: end } }),
    )
  }
  if (!('_send' in response) || response.headersSent) return disguise(response, look)
  const head = `HTTP/1.1 ${response.statusCode}\r\n\r\n`
  return disguise(response, {
    ...look,
    _header: { get: () => head, set: () => {} },
    _send: {
      value: (data: unknown, encoding?: unknown, callback?: unknown) =>
        add(
          data === '' && callback === undefined
            ? { method: 'flushHeaders', args: [] }
            : { method: 'write', args: [data, encoding, callback] },
        ),
    },
    _finish: { value: () => {} },
    finished: {
      get: isEnded,
      // Node's `end` does this last, after it has sent the last piece, or an empty one in its place.
      set: () => {
        const [last, encoding] = line.pop()?.args ?? []
        add({ method: 'end', args: last === '' ? [] : [last, encoding] })
      },
    },
  })
}

/** The methods of an HTTP/2 response that has noted its end, by way of its stream. */
export function underneath(response: HeldResponse, { writeHead }: Methods): Methods {
  const stream = response.stream as Stream
  function begin(): void {
    if (!stream.headersSent) Reflect.apply(response.writeHead, response, [response.statusCode])
  }
  return {
    writeHead(...args) {
      // It would end the stream with the head.
      const respond = stream.respond.bind(stream)
      const restore = disguise(stream, {
        respond: {
          value: (headers: object, options: object) => respond(headers, { ...options, endStream: false }),
        },
      })
      try {
        return Reflect.apply(writeHead, response, args)
      } finally {
        restore()
      }
    },
    write(...args) {
      begin()
      return !stream.writableEnded && stream.write(...args)
    },
    end(...args) {
      begin()
      if (!stream.writableEnded) stream.end(...args)
      return response
    },
  }
}

/** Gives an object other properties for a while; returns how to end that. */
function disguise(object: object, properties: Record<string, PropertyDescriptor>): () => void {
  const own = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const,
  )
  for (const [name, property] of Object.entries(properties)) {
    Object.defineProperty(object, name, { ...property, configurable: true })
  }
  return () => {
    for (const [name, before] of own) {
      if (before === undefined) Reflect.deleteProperty(object, name)
      else Object.defineProperty(object, name, before)
    }
  }
}

function both(one: () => void, other: () => void): () => void {
  return () => {
    one()
    other()
  }
}
