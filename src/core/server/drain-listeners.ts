/**
 * What waits for a response to drain.
 *
 * A layer below, such as `compression`, takes these listeners to a stream of its own. That stream was
 * not full, so it never drains: it was the held response that said `false`.
 *
 * @module
 */

import type { GatedResponse } from './gate-port.ts'

/** What types of responses do not name, for theirs have a form for each event. */
interface Emitter {
  on?: (event: string, listener: () => void) => unknown
  rawListeners?: (event: 'drain') => unknown[]
}

/** See the module. */
export class DrainListeners {
  readonly #response: GatedResponse & Emitter
  readonly #taken = new Set<() => void>()

  /** @param isOpen whether the response may yet be held */
  constructor(response: GatedResponse, isOpen: () => boolean) {
    this.#response = response
    const { on } = this.#response
    if (on === undefined || !Object.hasOwn(response, 'on')) return
    this.#response.on = (event, listener) => {
      if (event === 'drain' && isOpen()) this.#taken.add(listener)
      return Reflect.apply(on, response, [event, listener])
    }
  }

  /** Lets all go on, each once. */
  call(): void {
    const here = new Set(this.#response.rawListeners?.('drain'))
    const taken = [...this.#taken].filter((listener) => !here.has(listener))
    this.#taken.clear()
    this.#response.emit('drain')
    for (const listener of taken) Reflect.apply(listener, this.#response, [])
  }
}
