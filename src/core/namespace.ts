/**
 * The data of a session: reading and writing values by key.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import { decodeValue } from './codec.ts'
import { encodeValues, type EncodedValues } from './encoded-values.ts'
import { exchange } from './exchange.ts'
import { noKey } from './field.ts'
import { isObject } from './known-options.ts'
import { notInteger, notList } from './refusals.ts'
import type { PlainData } from './schema.ts'
import type { Shape } from './shape.ts'
import type { MaybePromise } from './store.ts'
import type { Item, KeysOf } from './typed-keys.ts'
import { View } from './view.ts'

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
  // Private, so that whatever walks over the properties of an object meets no token and no data.
  readonly #binding: Binding
  /** The name; `''` for the default namespace. */
  readonly name: string
  readonly #view: View

  /** @internal */
  constructor(binding: Binding, name: string, shape: Shape | null) {
    this.#binding = binding
    this.name = name
    this.#view = new View(binding, name, shape)
  }

  /** @internal */
  protected get binding(): Binding {
    return this.#binding
  }

  /** The value of a key, or `undefined`. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] | undefined {
    const text = this.#view.text(key)
    return text === undefined ? undefined : (this.#decode(text) as Data[Key] | undefined)
  }

  /** Whether a key has a value. */
  has(key: keyof Data & string): boolean {
    return this.#view.text(key) !== undefined
  }

  /** All values, as a plain object of your own. */
  getAll(): Partial<Data> {
    const all = [...this.#view.texts()].map(([key, text]) => [key, this.#decode(text)] as const)
    return Object.fromEntries(all) as Partial<Data>
  }

  /**
   * Writes one value, or several. `undefined` deletes.
   * @throws `ERR_VALUE_UNSUPPORTED`, `ERR_VALUE_INVALID`, `ERR_RECORD_TOO_LARGE`, and see the class
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): Promise<void>
  set(values: Partial<Data>): Promise<void>
  set(first: string | Partial<Data>, ...rest: unknown[]): Promise<void> {
    return this.observe(this.#write(() => valuesOf(first, rest)))
  }

  /**
   * Removes values.
   * @throws see the class
   */
  delete(...keys: (keyof Data & string)[]): Promise<void> {
    return this.observe(this.#write(() => Object.fromEntries(keys.map((key) => [key, undefined]))))
  }

  /**
   * Removes all values of this namespace that this request knows of.
   * @throws see the class
   */
  clear(): Promise<void> {
    return this.delete(...(Object.keys(this.getAll()) as (keyof Data & string)[]))
  }

  /**
   * Computes a new value from the current one, atomically: if somebody else changes it
   * meanwhile, `compute` runs again on their value. Returning `undefined` deletes.
   * @throws `ERR_SESSION_CONFLICT` after a hundred lost rounds, and as `set`
   */
  update<Key extends keyof Data & string>(
    key: Key,
    compute: (current: Data[Key] | undefined) => Data[Key] | undefined | Promise<Data[Key] | undefined>,
  ): Promise<Data[Key] | undefined> {
    return this.observe(this.#update(key, compute))
  }

  /**
   * Adds to an integer and returns the result; a missing value counts as 0. Parallel
   * increments never lose one another. The schema is not asked.
   * @throws `ERR_NOT_INTEGER` if the value is not an integer, and see the class
   */
  increment(key: KeysOf<Data, number>, by = 1): Promise<number> {
    return this.observe(this.#increment(key, by))
  }

  /**
   * Adds items at the end of a list, atomically. A missing value counts as an empty list.
   * @throws `ERR_VALUE_INVALID` if the value is not a list, and as `update`
   */
  append<Key extends KeysOf<Data, readonly unknown[]>>(key: Key, ...items: Item<Data[Key]>[]): Promise<void> {
    const appended = this.#update(key, (current) => {
      const list: unknown = current ?? []
      if (!Array.isArray(list)) throw notList(key)
      return [...list, ...items] as Data[Key]
    })
    return this.observe(appended.then(() => {}))
  }

  /**
   * Reads a value and removes it, atomically: of several takers one gets it.
   * @throws see the class
   */
  take<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined> {
    return this.observe(this.#take(key))
  }

  /** Only the public id of the session: data and token stay on the server. */
  toJSON(): { id: string | null } {
    return { id: this.binding.living?.identity.id ?? null }
  }

  /** Lets a write fail that nobody awaits. @internal */
  protected observe<T>(write: Promise<T>): Promise<T> {
    return this.binding.journal.writes.observe(write)
  }

  /** Validates and encodes values without writing them. @internal */
  protected async encodeData(values: PlainData): Promise<EncodedValues> {
    const keys = Object.keys(values)
    return encodeValues(await this.#validate({ ...values }, keys), keys, (key) => this.#view.nameOf(key))
  }

  /** The fields of a record as its successor takes them over. @internal */
  protected inherit(old: ReadonlyMap<string, string>): Map<string, string> {
    return this.#view.inherit(old)
  }

  #decode(text: string): unknown {
    const value = decodeValue(text)
    const id = this.binding.living?.identity.id
    if (value === undefined && id !== undefined)
      this.binding.context.emit({ type: 'unreadable', id, what: 'field' })
    return value
  }

  /** Whether there is no record and none is on its way, so that there is nothing to remove. */
  #isNothing(): boolean {
    return this.binding.living === null && this.binding.journal.isIdle
  }

  #validate(values: PlainData, keys: readonly string[]): MaybePromise<PlainData> {
    return this.#view.validate(values, keys, () => this.getAll() as PlainData)
  }

  async #write(chosen: () => PlainData): Promise<void> {
    const values = chosen()
    const keys = Object.keys(values)
    if (this.#isNothing() && keys.every((key) => values[key] === undefined)) return
    const upgrade = this.#view.prepare()
    if (upgrade !== null) await upgrade
    const valid = this.#validate(values, keys)
    const checked = valid instanceof Promise ? await valid : valid
    const { set, removed } = encodeValues(checked, keys, (key) => this.#view.nameOf(key))
    const { journal } = this.binding
    const writes: Promise<unknown>[] = []
    if (set.size > 0) writes.push(journal.set(set))
    if (removed.length > 0 && !this.#isNothing()) writes.push(journal.delete(removed))
    await Promise.all(writes)
  }

  async #update<Key extends keyof Data & string>(
    key: Key,
    compute: (current: Data[Key] | undefined) => Data[Key] | undefined | Promise<Data[Key] | undefined>,
  ): Promise<Data[Key] | undefined> {
    const upgrade = this.#view.prepare()
    if (upgrade !== null) await upgrade
    let stored: unknown
    const name = this.#view.nameOf(key)
    await exchange(this.binding, {
      key,
      name,
      compute: () => compute(this.get(key)),
      encode: async (next) => {
        const valid = await this.#validate({ [key]: next }, [key])
        stored = valid[key]
        return encodeValues(valid, [key], () => name)
      },
      storedFor: (shown) => this.#view.storedFor(name, shown),
      reload: () => this.#view.reload(),
    })
    return stored as Data[Key] | undefined
  }

  async #increment(key: KeysOf<Data, number>, by: number): Promise<number> {
    if (!Number.isSafeInteger(by)) throw notInteger(key)
    const upgrade = this.#view.prepare()
    if (upgrade !== null) await upgrade
    if (!this.#view.isStored(key)) return this.#incrementShown(key, by)
    const result = await this.binding.journal.increment(this.#view.nameOf(key), by)
    if (result === null) throw notInteger(key)
    return result
  }

  /** A store counts from what it holds, or 0; the schema may show something else. */
  async #incrementShown(key: KeysOf<Data, number>, by: number): Promise<number> {
    const result: unknown = await this.#update(key, (current) => {
      const sum = Number.isSafeInteger(current) ? Number(current) + by : Number.NaN
      if (!Number.isSafeInteger(sum)) throw notInteger(key)
      return sum as Data[typeof key]
    })
    return result as number
  }

  async #take<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined> {
    if (this.#isNothing()) return undefined
    const upgrade = this.#view.prepare()
    if (upgrade !== null) await upgrade
    const name = this.#view.nameOf(key)
    const text = await this.binding.journal.take(name)
    if (text === null) return undefined
    return this.#decode(this.#view.shownFor(name, text)) as Data[Key]
  }
}

/**
 * What `set` is to write. Key and value may be what a visitor sent: an object in the place of a key
 * must not name others.
 */
function valuesOf(first: unknown, rest: readonly unknown[]): PlainData {
  if (typeof first === 'string') return { [first]: rest[0] }
  if (rest.length > 0 || !isObject(first)) throw noKey()
  return { ...first }
}

// What console.log shows in Node.
Object.defineProperty(Namespace.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Namespace): string {
    const { id } = this.toJSON()
    return this.name === ''
      ? `Session { id: ${id ?? 'none'} }`
      : `Namespace { name: ${JSON.stringify(this.name)}, session: ${id ?? 'none'} }`
  },
})
