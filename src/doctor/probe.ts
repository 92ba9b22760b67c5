/** @module A session of the doctor's own: written, read, changed, ended and left to expire. */

import { isSessionError } from '../core/errors.ts'
import { isAlive, type Lifetime, type Store } from '../core/store.ts'
import { about, type Finding } from './finding.ts'
import type { Limited } from './limited.ts'

/** Milliseconds that the one lives which is to expire. The other lives longer than the doctor works. */
const MOMENT = 200
const MINUTE = 60_000

/**
 * Puts the store to use. What is left of it goes by itself within minutes.
 *
 * @param forget removes what destroyed sessions leave, where the store can be asked to
 */
export async function probeFinding(
  store: Store,
  limited: Limited,
  forget: (key: string) => Promise<unknown>,
): Promise<Finding> {
  const on = about('probe')
  const id = `doctor-${crypto.randomUUID()}`
  const [lasting, passing] = [`${id}-a`, `${id}-b`]
  const steps = new Steps(store, limited)
  try {
    await steps.livesAndEnds(lasting)
    await steps.expires(passing)
    return on.ok('A session was written, read, changed, ended, and another one expired.')
  } catch (error) {
    const why = isSessionError(error) ? ` (${error.code})` : ''
    return on.serious(
      `A session of the doctor's own failed when it was ${steps.doing}${why}.`,
      'Mend what else was found; if there is nothing, the store breaks its contract: hold it to `testStore` of `sojourn/testing`.',
    )
  } finally {
    for (const key of [lasting, passing]) {
      await limited(() => store.destroy(key, 'logout')).catch(() => undefined)
      await forget(key).catch(() => undefined)
    }
  }
}

class Steps {
  /** What is being done to the session. */
  doing = ''
  readonly #store: Store
  readonly #limited: Limited

  constructor(store: Store, limited: Limited) {
    this.#store = store
    this.#limited = limited
  }

  async livesAndEnds(key: string): Promise<void> {
    const life = await this.#lifetime(MINUTE)
    await this.#step('written', async () => this.#store.create(key, written('1'), life))
    await this.#step('read', async () => (await this.#value(key)) === '1')
    const change = { set: new Map([['n', '2']]) }
    await this.#step('changed', async () => (await this.#store.update(key, change, life)).status === 'ok')
    await this.#step('read again', async () => (await this.#value(key)) === '2')
    await this.#step('touched', async () => this.#store.touch(key, life))
    await this.#step('ended', async () => (await this.#store.destroy(key, 'logout')) !== null)
    await this.#step('looked for after its end', async () => (await this.#value(key)) === null)
    await this.#step(
      'changed after its end',
      async () => (await this.#store.update(key, change, life)).status === 'gone',
    )
  }

  async expires(key: string): Promise<void> {
    const life = await this.#lifetime(MOMENT)
    await this.#step('written for a moment', async () => this.#store.create(key, written('1'), life))
    // By no clock but that of the store, and a little longer: some count in seconds.
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, MOMENT))
      if ((await this.#limited(() => this.#value(key))) === null) return
    }
    await this.#step('left to expire', () => false)
  }

  async #lifetime(idle: number): Promise<Lifetime> {
    this.doing = 'given its deadline'
    return { idle, absoluteAt: (await this.#limited(() => this.#store.now())) + MINUTE }
  }

  async #step(doing: string, work: () => boolean | Promise<boolean>): Promise<void> {
    this.doing = doing
    if (!(await this.#limited(work))) throw new Error(doing)
  }

  /** What the session holds; `null` if there is none. */
  async #value(key: string): Promise<string | null> {
    const answer = await this.#store.load(key)
    return isAlive(answer) ? (answer.fields.get('n') ?? '') : null
  }
}

function written(value: string): { meta: string; fields: Map<string, string> } {
  return { meta: 'doctor', fields: new Map([['n', value]]) }
}
