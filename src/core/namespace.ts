/**
 * The data of a session: reading and writing values by key.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import { decodeValue, encodeValue } from './codec.ts'
import { SessionError } from './errors.ts'
import { fieldName, parseField } from './field.ts'
import type { PlainData } from './schema.ts'
import { checkShape, isInternal, type Shape } from './shape.ts'
import { inTurn } from './turns.ts'

/** The keys of `Data` whose values are of type `Value`. */
export type KeysOf<Data, Value> = {
  [Key in keyof Data & string]: unknown extends Data[Key] ? Key : NonNullable<Data[Key]> extends Value ? Key : never
}[keyof Data & string]

/** The elements of a list type. */
type Item<List> = unknown extends List ? unknown : List extends readonly (infer Element)[] ? Element : never

const UPDATE_ATTEMPTS = 100

/**
 * A set of values by key. Reads are synchronous and give a copy: changing what `get`
 * returned changes nothing stored. Writes go to the store at once; await them. Writes of
 * the same tick share one trip.
 *
 * Every write throws `ERR_SESSION_READONLY` during a render, `ERR_SESSION_GONE` if the
 * session has ended meanwhile, and `ERR_STORE_*` if the store fails; then nothing of it
 * is kept here either.
 */
export class Namespace<Data extends object = PlainData> {
  protected readonly binding: Binding
  /** The name; `''` for the default namespace. */
  readonly name: string
  readonly #shape: Shape | null

  /** @internal */
  constructor(binding: Binding, name: string, shape: Shape | null) {
    this.binding = binding
    this.name = name
    this.#shape = shape
  }

  /** The value of a key, or `undefined`. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] | undefined {
    const text = this.#text(fieldName(this.name, key))
    return text === undefined ? undefined : (this.#decode(text) as Data[Key] | undefined)
  }

  /** Whether a key has a value. */
  has(key: keyof Data & string): boolean {
    return this.#text(fieldName(this.name, key)) !== undefined
  }

  /** All values, as a plain object of your own. */
  getAll(): Partial<Data> {
    const all = Object.create(Object.prototype) as PlainData
    for (const [name, text] of [...(this.#shape?.defaults ?? []), ...this.binding.journal.fields]) {
      if (isInternal(name)) continue
      const { namespace, key } = parseField(name)
      // Defining, since assigning to "__proto__" would set the prototype.
      if (namespace === this.name) Object.defineProperty(all, key, { value: this.#decode(text), enumerable: true, writable: true, configurable: true })
    }
    return all as Partial<Data>
  }

  /**
   * Writes one value, or several. `undefined` deletes.
   * @throws `ERR_VALUE_UNSUPPORTED`, `ERR_VALUE_INVALID`, `ERR_RECORD_TOO_LARGE`, and see the class
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): Promise<void>
  set(values: Partial<Data>): Promise<void>
  async set(first: string | Partial<Data>, value?: unknown): Promise<void> {
    const values: PlainData = typeof first === 'string' ? { [first]: value } : { ...first }
    const keys = Object.keys(values)
    const valid = this.#validate(values, keys)
    await this.#write(valid instanceof Promise ? await valid : valid, keys)
  }

  /**
   * Removes values.
   * @throws see the class
   */
  async delete(...keys: (keyof Data & string)[]): Promise<void> {
    if (this.#isNothing() || keys.length === 0) return
    const valid = this.#validate(Object.fromEntries(keys.map((key) => [key, undefined])), keys)
    await this.#write(valid instanceof Promise ? await valid : valid, keys)
  }

  /**
   * Computes a new value from the current one, atomically: if somebody else changes it
   * meanwhile, `compute` runs again on their value. Returning `undefined` deletes.
   * @throws `ERR_SESSION_CONFLICT` after a hundred lost rounds, and as `set`
   */
  async update<Key extends keyof Data & string>(
    key: Key,
    compute: (current: Data[Key] | undefined) => Data[Key] | undefined | Promise<Data[Key] | undefined>,
  ): Promise<Data[Key] | undefined> {
    const name = fieldName(this.name, key)
    const { journal } = this.binding
    return inTurn(this.binding.living?.identity.key ?? null, async () => {
      for (let attempt = 0; attempt < UPDATE_ATTEMPTS; attempt++) {
        const before = await journal.exclusive(async () => journal.fields.get(name))
        const next = await compute(this.get(key))
        const done = await this.#exchange(key, name, before, next)
        if (done) return next
        if (attempt > 0) await pause(attempt)
        await journal.exclusive(() => this.binding.reload())
      }
      throw new SessionError('ERR_SESSION_CONFLICT', `update("${key}") lost against other writers a hundred times. Nothing was stored. Write to different keys, or use increment().`)
    })
  }

  /**
   * Adds to an integer and returns the result; a missing value counts as 0. Parallel
   * increments never lose one another.
   * @throws `ERR_NOT_INTEGER` if the value is not an integer, and see the class
   */
  async increment(key: KeysOf<Data, number>, by = 1): Promise<number> {
    if (!Number.isSafeInteger(by)) throw notInteger(key)
    const result = await this.binding.journal.increment(fieldName(this.name, key), by)
    if (result === null) throw notInteger(key)
    return result
  }

  /**
   * Adds items at the end of a list, atomically. A missing value counts as an empty list.
   * @throws `ERR_VALUE_INVALID` if the value is not a list, and as `update`
   */
  async append<Key extends KeysOf<Data, readonly unknown[]>>(key: Key, ...items: Item<NonNullable<Data[Key]>>[]): Promise<void> {
    await this.update(key, (current) => {
      const list: unknown = current ?? []
      if (!Array.isArray(list)) throw new SessionError('ERR_VALUE_INVALID', `append("${key}"): the stored value is not a list. Nothing was stored.`)
      return [...list, ...items] as Data[Key]
    })
  }

  /**
   * Reads a value and removes it, atomically: of several takers one gets it.
   * @throws see the class
   */
  async take<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined> {
    if (this.#isNothing()) return undefined
    const text = await this.binding.journal.take(fieldName(this.name, key))
    return text === null ? undefined : (this.#decode(text) as Data[Key])
  }

  /** Validates and encodes values without writing them. @internal */
  protected async encodeData(values: Partial<Data>): Promise<Map<string, string>> {
    const keys = Object.keys(values)
    return this.#encode(await this.#validate({ ...values }, keys), keys).set
  }

  #text(name: string): string | undefined {
    return this.binding.journal.fields.get(name) ?? this.#shape?.defaults.get(name)
  }

  #decode(text: string): unknown {
    const value = decodeValue(text)
    const id = this.binding.living?.identity.id
    if (value === undefined && id !== undefined) this.binding.context.emit({ type: 'unreadable', id, what: 'field' })
    return value
  }

  /** Whether there is no record and none is on its way, so that there is nothing to remove. */
  #isNothing(): boolean {
    return this.binding.living === null && this.binding.journal.isIdle
  }

  #validate(values: PlainData, keys: readonly string[]): PlainData | Promise<PlainData> {
    if (this.#shape === null) return values
    return checkShape(this.#shape.schema, { ...this.getAll(), ...values }, keys)
  }

  async #write(values: PlainData, keys: readonly string[]): Promise<void> {
    const { set, removed } = this.#encode(values, keys)
    const { journal } = this.binding
    const upgrade = this.#takeUpgrade()
    if (upgrade !== null) {
      for (const [name, text] of upgrade.set) if (!set.has(name) && !removed.includes(name)) set.set(name, text)
      removed.push(...upgrade.delete.filter((name) => !set.has(name)))
    }
    if (set.size === 0 && this.#isNothing()) return
    const writes: Promise<unknown>[] = []
    if (set.size > 0) writes.push(journal.set(set))
    if (removed.length > 0) writes.push(journal.delete(removed))
    await Promise.all(writes)
  }

  async #exchange(key: string, name: string, before: string | undefined, next: unknown): Promise<boolean> {
    const valid = await this.#validate({ [key]: next }, [key])
    const { set, removed } = this.#encode(valid, [key])
    const { journal } = this.binding
    if (this.#isNothing() && set.size === 0) return true
    return journal.exclusive(async () => {
      if (journal.fields.get(name) !== before) return false
      journal.check(set)
      const done = await this.binding.compareAndSet({ set, delete: removed, expect: new Map([[name, before ?? null]]) })
      if (done) journal.absorb(set, removed)
      return done
    })
  }

  #encode(values: PlainData, keys: readonly string[]): { set: Map<string, string>; removed: string[] } {
    const set = new Map<string, string>()
    const removed: string[] = []
    for (const key of keys) {
      const value = values[key]
      if (value === undefined) removed.push(fieldName(this.name, key))
      else set.set(fieldName(this.name, key), encodeValue(value, key))
    }
    return { set, removed }
  }

  #takeUpgrade(): Shape['upgrade'] {
    const upgrade = this.#shape?.upgrade ?? null
    if (this.#shape !== null) this.#shape.upgrade = null
    return upgrade
  }
}

function notInteger(key: string): SessionError {
  return new SessionError('ERR_NOT_INTEGER', `increment("${key}"): the stored value and the step must be integers within ±(2^53 − 1). Nothing was stored.`)
}

/** Waits a random moment that grows with each lost round, so that two processes fall out of step. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt * 2, 50)))
}
