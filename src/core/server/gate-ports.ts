/**
 * All that a response waits for, as one.
 *
 * @module
 */

import type { GatedResponse, GatePort } from './gate-port.ts'

/** See the module. */
export class GatePorts {
  readonly all: GatePort[] = []
  readonly #checks: (() => void)[] = []
  /** Whether everything was brought to the store once. */
  hasSettled = false

  add(port: GatePort): void {
    this.all.push(port)
  }

  addCheck(check: () => void): void {
    this.#checks.push(check)
  }

  /** @throws what the application is told when it begins its response */
  check(): void {
    for (const check of this.#checks) check()
  }

  isDue(hasSettled = false): boolean {
    return this.all.some((port) => port.isDue(hasSettled))
  }

  /** Whether a call that begins the response may be made at once. */
  isFree(method: string): boolean {
    if (this.isDue(this.hasSettled)) return false
    return this.hasSettled || method === 'end' || !this.all.some((port) => port.mayAnnounce())
  }

  /** Brings everything to the store; answers what failed. */
  async settle(isFinal: boolean): Promise<{ error: unknown } | null> {
    try {
      await Promise.all(this.all.map((port) => port.settle(isFinal)))
      return null
    } catch (error) {
      return { error }
    }
  }

  announce(response: GatedResponse): void {
    for (const port of this.all) port.announce(response)
  }

  close(): void {
    for (const port of this.all) port.close()
  }

  failed(error: unknown): void {
    for (const port of this.all) port.failed(error)
  }
}
