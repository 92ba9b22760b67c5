/**
 * Answers to those who ask a held response how far it is.
 *
 * @module
 */

/**
 * Makes a response say that its headers are sent, and that it has ended if `isEnded`, while they
 * are held: frameworks look there to find out whether somebody has answered.
 */
export class Pretence {
  /** Whether `end` was called. */
  isEnded = false
  readonly #response: object
  #before: Map<string, PropertyDescriptor | undefined> | null = null

  constructor(response: object) {
    this.#response = response
  }

  begin(): void {
    if (this.#before !== null) return
    this.#before = new Map()
    this.#say('headersSent', () => true)
    this.#say('writableEnded', () => this.isEnded)
  }

  end(): void {
    for (const [name, descriptor] of this.#before ?? []) {
      if (descriptor === undefined) Reflect.deleteProperty(this.#response, name)
      else Object.defineProperty(this.#response, name, descriptor)
    }
    this.#before = null
  }

  #say(name: string, get: () => boolean): void {
    this.#before?.set(name, Object.getOwnPropertyDescriptor(this.#response, name))
    Object.defineProperty(this.#response, name, { configurable: true, get })
  }
}
