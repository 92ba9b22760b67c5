/**
 * The values of one namespace as its application sees them: under their keys, and in the shape
 * that version and schema give the default namespace. Every read and write of data comes by here.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import { exchange } from './update.ts'
import { refreshShape, upgradeRecord } from './upgrade-record.ts'
import type { PlainData } from '../data.ts'
import { encodeValues, type EncodedValues } from '../record/encoded-values.ts'
import { fieldName, isInternal, parseField } from '../record/field-name.ts'
import { decodeValue } from '../record/values.ts'
import { checkWrite } from '../schema/check-write.ts'
import type { Shape } from '../schema/shape.ts'
import { upgraded } from '../schema/upgrade.ts'
import { isIn, keyOf } from '../schema/version-fields.ts'
import { notInteger, notList } from '../session-errors.ts'
import type { MaybePromise } from '../store.ts'

/** Computes a value from the one that is shown. */
export type Compute = (current: unknown) => MaybePromise<unknown>

/** See the module. */
export class View {
  readonly current: RequestSession
  /** The name; `''` for the default namespace. */
  readonly namespace: string
  readonly #shape: Shape | null

  /** @param shape for the default namespace alone */
  constructor(current: RequestSession, namespace: string, shape: Shape | null) {
    this.current = current
    this.namespace = namespace
    this.#shape = shape
  }

  /** The value that is shown for a key. */
  get(key: string): unknown {
    const text = this.#textOf(this.#nameOf(key))
    return text === undefined ? undefined : this.#decode(text)
  }

  /** Whether a value is shown for a key. */
  has(key: string): boolean {
    return this.#textOf(this.#nameOf(key)) !== undefined
  }

  /** All values that are shown, by key. */
  getAll(): PlainData {
    const all = new Map<string, string>()
    for (const [name, text] of [...(this.#shape?.defaults ?? []), ...this.current.journal.fields]) {
      const key = this.#keyOf(name)
      if (key !== null) all.set(key, text)
    }
    return Object.fromEntries([...all].map(([key, text]) => [key, this.#decode(text)] as const))
  }

  /**
   * Writes values; `undefined` removes.
   * @param chosen gives them; what it throws fails the write
   */
  async set(chosen: () => PlainData): Promise<void> {
    const values = chosen()
    if (this.#isNothing && Object.values(values).every((value) => value === undefined)) return
    const upgrade = this.#prepare()
    if (upgrade !== null) await upgrade
    const encoded = this.encode(values)
    const { set, removed } = encoded instanceof Promise ? await encoded : encoded
    if (set.size > 0 || (removed.length > 0 && !this.#isNothing))
      await this.current.journal.write(set, removed)
  }

  /** Removes values. */
  delete(keys: readonly string[]): Promise<void> {
    return this.set(() => Object.fromEntries(keys.map((key) => [key, undefined])))
  }

  /** Computes a value until no other writer interferes, and answers what was stored. */
  async update(key: string, compute: Compute): Promise<unknown> {
    const upgrade = this.#prepare()
    if (upgrade !== null) await upgrade
    let stored: unknown
    const name = this.#nameOf(key)
    await exchange(this.current, {
      key,
      name,
      compute: () => compute(this.get(key)),
      encode: async (next) => {
        const valid = await this.#validate({ [key]: next }, [key])
        stored = valid[key]
        return encodeValues(valid, [key], () => name)
      },
      storedFor: (shown) => this.#storedFor(name, shown),
      reload: () => this.#reload(),
    })
    return stored
  }

  /**
   * Adds to an integer.
   * @throws `ERR_NOT_INTEGER`
   */
  async increment(key: string, by: number): Promise<number> {
    if (!Number.isSafeInteger(by)) throw notInteger(key)
    const upgrade = this.#prepare()
    if (upgrade !== null) await upgrade
    const name = this.#nameOf(key)
    // A store counts from what it holds, or 0; the schema may show something else.
    const isShown = this.#storedFor(name, this.current.journal.fields.get(name)) === this.#textOf(name)
    const result = isShown ? await this.current.journal.increment(name, by) : await this.#add(key, by)
    if (result === null) throw notInteger(key)
    return result
  }

  /**
   * Adds items at the end of a list.
   * @throws `ERR_VALUE_INVALID` if the value is not a list
   */
  async append(key: string, items: readonly unknown[]): Promise<void> {
    await this.update(key, (current) => {
      const list = current ?? []
      if (!Array.isArray(list)) throw notList(key)
      return [...list, ...items]
    })
  }

  /** Reads a stored value and removes it. */
  async take(key: string): Promise<unknown> {
    if (this.#isNothing) return undefined
    const upgrade = this.#prepare()
    if (upgrade !== null) await upgrade
    const name = this.#nameOf(key)
    const text = await this.current.journal.take(name)
    if (text === null) return undefined
    const original = this.#shape?.originals.get(name)
    return this.#decode(original?.stored === text ? original.shown : text)
  }

  /** Validates and encodes values. Does so at once if the schema does. */
  encode(values: PlainData): MaybePromise<EncodedValues> {
    const keys = Object.keys(values)
    const encoded = (valid: PlainData): EncodedValues => encodeValues(valid, keys, (key) => this.#nameOf(key))
    const valid = this.#validate(values, keys)
    return valid instanceof Promise ? valid.then(encoded) : encoded(valid)
  }

  /** The fields of a record as its successor takes them over. */
  inherit(old: ReadonlyMap<string, string>): Map<string, string> {
    return upgraded(this.#shape?.upgrade ?? null, old)
  }

  /** Adds to what is shown. */
  async #add(key: string, by: number): Promise<number> {
    const result = await this.update(key, (current) => {
      const sum = Number.isSafeInteger(current) ? Number(current) + by : Number.NaN
      if (!Number.isSafeInteger(sum)) throw notInteger(key)
      return sum
    })
    return result as number
  }

  /** Whether there is no record and none is on its way, so that there is nothing to remove. */
  get #isNothing(): boolean {
    return this.current.living === null && this.current.journal.isIdle
  }

  /** What the store calls a key. */
  #nameOf(key: string): string {
    return (this.#shape?.prefix ?? '') + fieldName(this.namespace, key)
  }

  /** The key of a field of this namespace; `null` for other fields. */
  #keyOf(name: string): string | null {
    if (this.#shape !== null) return isIn(this.#shape.prefix, name) ? keyOf(this.#shape.prefix, name) : null
    if (isInternal(name)) return null
    const { namespace, key } = parseField(name)
    return namespace === this.namespace ? key : null
  }

  /** What is shown for a field. */
  #textOf(name: string): string | undefined {
    return this.current.journal.fields.get(name) ?? this.#shape?.defaults.get(name)
  }

  /** What the store holds if this is shown. */
  #storedFor(name: string, shown: string | undefined): string | undefined {
    const original = this.#shape?.originals.get(name)
    return original !== undefined && original.shown === shown ? original.stored : shown
  }

  /** A value; `undefined`, and an event, if it cannot be read. */
  #decode(text: string): unknown {
    const value = decodeValue(text)
    // The id is a hash, computed when it is first asked for.
    if (value === undefined && this.current.living !== null) {
      const { id } = this.current.living.identity
      this.current.context.emit({ type: 'unreadable', id, what: 'field' })
    }
    return value
  }

  /**
   * Checks values that are about to be written, beside those that are shown.
   * @throws `ERR_VALUE_INVALID`
   */
  #validate(values: PlainData, keys: readonly string[]): MaybePromise<PlainData> {
    if (!this.#shape?.schema) return values
    return checkWrite(this.#shape.schema, { ...this.getAll(), ...values }, keys)
  }

  /** What has to be written first, if anything has. Awaiting what is not there would part writes of one tick. */
  #prepare(): Promise<void> | null {
    const shape = this.#shape
    if (!shape?.upgrade) return null
    return this.current.journal.exclusive(() => upgradeRecord(this.current, shape))
  }

  /** Reads the record again. */
  async #reload(): Promise<void> {
    if (this.#shape === null) return this.current.reload()
    await refreshShape(this.current, this.#shape)
    await upgradeRecord(this.current, this.#shape)
  }
}
