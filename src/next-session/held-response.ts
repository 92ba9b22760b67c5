/**
 * A response that does not begin before its session is stored, and ends with a failure if it
 * could not be.
 *
 * As long as there is nothing to store, every call goes through at once. Otherwise `writeHead`,
 * `write` and `end` are held and answered as if they had happened, then made in order.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { isOfContent } from '../core/content-headers.ts'
import { isSessionError } from '../core/errors.ts'
import { extractHeaders } from '../core/node-head.ts'
import { pretend } from '../core/pretend.ts'
import { holdSocket } from '../core/held-socket.ts'

/** What a response waits for. */
export interface Settler {
  /** Whether something must be brought to the store, or is on its way. */
  isDue(): boolean
  /** Whether the response may yet need a cookie that it cannot have once it has begun. */
  mayAnnounce(): boolean
  /**
   * Brings everything to the store.
   * @param isFinal whether the response is at its end
   * @throws what the store throws
   */
  settle(isFinal: boolean): Promise<void>
  /**
   * Puts the cookie into the headers, which are about to go.
   * @param isAhead whether what is due will be stored only after this
   */
  announce(isAhead: boolean): void
  /** Hears of a failure that no caller could be told. */
  failed(error: unknown): void
}

type Method = (this: unknown, ...args: unknown[]) => unknown
type Call = [method: Method, args: unknown[]]

/** Makes a response wait. Methods that it lacks are not added. */
export function holdResponse(response: ServerResponse, settler: Settler): void {
  const target = response as unknown as Record<string, Method>
  const { writeHead, write, end, flushHeaders, _implicitHeader: implicitHeader } = target
  let state: 'open' | 'waiting' | 'begun' | 'failed' = 'open'
  let head: unknown[] | null = null
  let held: Call[] = []
  let isPaused = false
  let isEnded = false
  let unmask: (() => void) | null = null
  let status: Pick<ServerResponse, 'statusCode' | 'statusMessage'> | null = null

  /** Frameworks look there to find out whether somebody has answered. */
  function mask(): void {
    unmask ??= pretend(response, { headersSent: () => true, writableEnded: () => isEnded })
  }

  function showFace(): void {
    unmask?.()
    unmask = null
  }

  /** Whether the first byte may go at once. */
  function isFree(): boolean {
    if (state !== 'open') return state === 'begun'
    return !settler.isDue() && !settler.mayAnnounce()
  }

  function begin(isAhead = false): void {
    if (state === 'begun') return
    state = 'begun'
    showFace()
    if (status !== null) Object.assign(response, status)
    const rest = head === null ? null : extractHeaders(response, head)
    settler.announce(isAhead)
    if (rest !== null) (writeHead as Method).apply(response, rest)
  }

  function hold(method: Method, args: unknown[]): void {
    held.push([method, args])
    mask()
    if (state !== 'open') return
    state = 'waiting'
    const { statusCode, statusMessage } = response
    status = { statusCode, statusMessage }
    void settle(method === end)
  }

  async function settle(isFinal: boolean): Promise<void> {
    try {
      // What is assigned right after the first write still gets its cookie.
      if (!settler.isDue()) await new Promise((resolve) => setImmediate(resolve))
      await settler.settle(isFinal)
      release()
    } catch (error) {
      fail(error)
    }
  }

  function release(): void {
    begin()
    const calls = held
    held = []
    const wasPaused = isPaused
    isPaused = false
    isEnded = false
    let isFull = false
    for (const [method, args] of calls) {
      if (method === end) return heldEnd.apply(response, args)
      if (method.apply(response, args) === false) isFull = true
    }
    if (wasPaused && !isFull) response.emit('drain')
  }

  function fail(error: unknown): void {
    settler.failed(error)
    state = 'failed'
    showFace()
    try {
      // Once the status is out, a body cut short is the only way left to tell.
      if (response.headersSent) response.destroy()
      else sendFailure(response, error, writeHead as Method, end as Method)
    } catch {
      response.destroy?.()
    }
    // Whoever feeds the response comes to an end too.
    for (const [, args] of held.splice(0)) dismiss(args)
    if (isPaused) response.emit('drain')
  }

  /** In `res.end(await work())`, `end` was looked up before this began: Node is writing already. */
  function bypassed(): void {
    if (state === 'begun') return void (implicitHeader as Method).apply(response)
    const isDue = settler.isDue()
    const socket = isDue ? holdSocket(response) : null
    begin(isDue)
    if (!response.headersSent) (implicitHeader as Method).apply(response)
    if (!isDue) return
    settler.settle(false).then(
      () => socket?.release(),
      (error: unknown) => {
        settler.failed(error)
        if (socket === null) response.destroy()
        else socket.refuse(isSessionError(error) ? error.status : 500)
      },
    )
  }

  /** Whether somebody sent the head by a `writeHead` that was looked up before this began. */
  function notice(): void {
    if (state === 'open' && unmask === null && response.headersSent) begin()
  }

  function heldWriteHead(this: unknown, ...args: unknown[]): unknown {
    if (state === 'begun' || (state === 'failed' && !response.headersSent))
      return (writeHead as Method).apply(this, args)
    if (state === 'failed') return this
    if (head !== null) {
      // Layers around a response ask for the head again; only another one is a mistake.
      if (args.length > 1 || args[0] !== head[0]) throw headSent()
      return this
    }
    head = args
    if (isFree()) begin()
    else mask()
    return this
  }

  function heldWrite(this: unknown, ...args: unknown[]): unknown {
    if (state === 'failed') return dismiss(args)
    if (isEnded) return false
    notice()
    if (isFree()) {
      begin()
      return (write as Method).apply(this, args)
    }
    hold(write as Method, args)
    isPaused = true
    return false
  }

  function heldFlushHeaders(this: unknown): void {
    if (state === 'failed' || isEnded) return
    if (!isFree()) return hold(flushHeaders as Method, [])
    begin()
    ;(flushHeaders as Method).apply(this)
  }

  function heldEnd(this: unknown, ...args: unknown[]): void {
    if (state === 'failed') return void dismiss(args)
    if (isEnded) return
    notice()
    if (state === 'waiting' || settler.isDue()) {
      isEnded = true
      if (state !== 'begun') return hold(end as Method, args)
      mask()
      settler
        .settle(true)
        .then(() => {
          showFace()
          ;(end as Method).apply(response, args)
        })
        .catch(fail)
      return
    }
    begin()
    ;(end as Method).apply(this, args)
  }

  if (typeof writeHead === 'function') target['writeHead'] = heldWriteHead
  if (typeof write === 'function') target['write'] = heldWrite
  if (typeof flushHeaders === 'function') target['flushHeaders'] = heldFlushHeaders
  if (typeof end === 'function') target['end'] = heldEnd
  if (typeof implicitHeader === 'function') target['_implicitHeader'] = bypassed
}

function sendFailure(response: ServerResponse, error: unknown, writeHead: Method, end: Method): void {
  const isKnown = isSessionError(error)
  for (const name of response.getHeaderNames()) if (isOfContent(name)) response.removeHeader(name)
  response.statusMessage = ''
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('cache-control', 'private, no-store')
  writeHead.call(response, isKnown ? error.status : 500)
  end.call(response, isKnown ? error.code : 'Internal Server Error')
}

/** Answers a call that is not made. */
function dismiss(args: readonly unknown[]): true {
  const callback = args.at(-1)
  if (typeof callback === 'function') queueMicrotask(() => void Reflect.apply(callback, undefined, []))
  return true
}

function headSent(): Error {
  const error = new Error('Cannot write headers after they are sent to the client')
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}
