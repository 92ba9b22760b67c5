/**
 * The way to the browser over a Node response that the adapter holds.
 *
 * @module
 */

import { HeldChannel, headersSent, settleAll } from './held-channel.ts'
import { addCookies, varyByCookie, type NodeHeaders } from './node-head.ts'
import type { CheckedRequest } from '../browser/same-origin.ts'
import type { GatedResponse, GatePort } from './gate-port.ts'
import { holdResponse, portsOf } from './response-gate.ts'

export type { GatedResponse } from './gate-port.ts'

/** See the module. */
export class NodeHeldChannel extends HeldChannel implements GatePort {
  #isOver = false

  constructor(request: CheckedRequest, response: GatedResponse) {
    super(request)
    holdResponse(response, this)
  }

  isDue(): boolean {
    return !this.#isOver && !this.isSettled
  }

  mayAnnounce(): boolean {
    return false
  }

  announce(response: GatedResponse): void {
    if (!response.headersSent) return addToHead(response, this)
    if (this.isDue() || !isEmpty(this)) throw headersSent()
  }

  override close(): void {
    this.#isOver = true
    super.close()
  }

  failed(): void {}
}

/**
 * Stores what a response waits for ahead of time, where a failure can still be handled; then no
 * cookie goes out.
 * @throws the first failure that was not awaited
 */
export async function commitNow(response: GatedResponse): Promise<void> {
  const channels = portsOf(response).filter((port) => port instanceof NodeHeldChannel)
  try {
    await settleAll(channels)
  } catch (error) {
    for (const channel of channels) channel.discard()
    throw error
  }
}

function addToHead(response: NodeHeaders, { cookies }: HeldChannel): void {
  varyByCookie(response)
  addCookies(response, cookies)
}

function isEmpty({ cookies }: HeldChannel): boolean {
  return cookies.length === 0
}
