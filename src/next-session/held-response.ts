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
import { Pretence } from './pretence.ts'
import { applyHead, sendFailure } from './response-head.ts'

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
  /** Puts the cookie into the headers, which are about to go. */
  announce(): void
  /** Hears of a failure that no caller could be told. */
  failed(error: unknown): void
}

type Method = (this: unknown, ...args: unknown[]) => unknown
type Call = [method: Method, args: unknown[]]

/** Makes a response wait. Methods that it lacks are not added. */
export function holdResponse(response: ServerResponse, settler: Settler): void {
  const target = response as unknown as Record<string, Method>
  const { writeHead, write, end, flushHeaders } = target
  const pretence = new Pretence(response)
  let state: 'open' | 'waiting' | 'begun' | 'failed' = 'open'
  let head: unknown[] | null = null
  let held: Call[] = []
  let isPaused = false

  /** Whether the first byte may go at once. */
  function isFree(): boolean {
    if (state !== 'open') return state === 'begun'
    return !settler.isDue() && !settler.mayAnnounce()
  }

  function begin(): void {
    if (state === 'begun') return
    state = 'begun'
    pretence.end()
    const args = head
    if (args === null) settler.announce()
    else applyHead(response, args, () => settler.announce(), writeHead as Method)
  }

  function hold(method: Method, args: unknown[]): void {
    held.push([method, args])
    pretence.begin()
    if (state !== 'open') return
    state = 'waiting'
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
    pretence.isEnded = false
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
    held = []
    pretence.end()
    // Once the status is out, a body cut short is the only way left to tell.
    if (response.headersSent) response.destroy()
    else sendFailure(response, error, writeHead as Method, end as Method)
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
    else pretence.begin()
    return this
  }

  function heldWrite(this: unknown, ...args: unknown[]): unknown {
    if (state === 'failed' || pretence.isEnded) return false
    if (isFree()) {
      begin()
      return (write as Method).apply(this, args)
    }
    hold(write as Method, args)
    isPaused = true
    return false
  }

  function heldFlushHeaders(this: unknown): void {
    if (state === 'failed' || pretence.isEnded) return
    if (!isFree()) return hold(flushHeaders as Method, [])
    begin()
    ;(flushHeaders as Method).apply(this)
  }

  function heldEnd(this: unknown, ...args: unknown[]): void {
    if (state === 'failed' || pretence.isEnded) return
    if (state === 'waiting' || settler.isDue()) {
      pretence.isEnded = true
      if (state !== 'begun') return hold(end as Method, args)
      pretence.begin()
      settler
        .settle(true)
        .then(() => {
          pretence.end()
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
}

function headSent(): Error {
  const error = new Error('Cannot write headers after they are sent to the client')
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}
