/**
 * The list of all sessions, for `all()`, `length()` and `clear()`.
 *
 * @module
 */

import { invalidOption } from '../core/errors.ts'
import type { SessionIndex, Store } from '../core/store.ts'

const LIST = 'express-session'

/** See the module. */
export class SessionList {
  readonly #store: Store
  readonly #index: SessionIndex

  /** @throws SessionError `ERR_OPTION_INVALID` if the store keeps no lists */
  constructor(store: Store) {
    if (store.index === undefined) {
      throw invalidOption(
        `toConnectStore: \`list\` needs a store that keeps lists; this one (${store.name}) keeps none.`,
      )
    }
    this.#store = store
    this.#index = store.index
  }

  /** Lists a session for so many milliseconds from now. */
  async add(key: string, idle: number): Promise<void> {
    const createdAt = await this.#store.now()
    await this.#index.add(LIST, { key, createdAt, until: createdAt + idle })
  }

  async remove(key: string): Promise<void> {
    await this.#index.remove(LIST, [key])
  }

  async keys(): Promise<string[]> {
    return (await this.#index.entries(LIST)).map(({ key }) => key)
  }

  async count(): Promise<number> {
    return (await this.keys()).length
  }

  /** Ends all sessions. */
  async clear(): Promise<void> {
    const keys = await this.keys()
    await Promise.all(keys.map(async (key) => this.#store.destroy(key, 'revoked')))
    await this.#index.remove(LIST, keys)
  }
}
