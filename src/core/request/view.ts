/**
 * The fields of one namespace as its application sees them: under their keys, and in the shape
 * that version and schema give the default namespace.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import { checkWrite } from '../schema/check-write.ts'
import { decodeValue } from '../record/values.ts'
import { encodeValues, type EncodedValues } from '../record/encoded-values.ts'
import { fieldName, isInternal, parseField } from '../record/field-name.ts'
import { isIn, keyOf } from '../schema/version-fields.ts'
import type { PlainData } from '../data.ts'
import type { Shape } from '../schema/shape.ts'
import type { MaybePromise } from '../store.ts'
import { upgraded } from '../schema/upgrade.ts'
import { refreshShape, upgradeRecord } from './upgrade-record.ts'

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

  /** What the store calls a key. */
  nameOf(key: string): string {
    return (this.#shape?.place ?? '') + fieldName(this.namespace, key)
  }

  /** What is shown for a key. */
  text(key: string): string | undefined {
    const name = this.nameOf(key)
    return this.current.journal.fields.get(name) ?? this.#shape?.defaults.get(name)
  }

  /** The value that is shown for a key. */
  value(key: string): unknown {
    const text = this.text(key)
    return text === undefined ? undefined : this.decode(text)
  }

  /** All values that are shown, by key. */
  values(): PlainData {
    const all = new Map<string, string>()
    for (const [name, text] of [...(this.#shape?.defaults ?? []), ...this.current.journal.fields]) {
      const key = this.#keyOf(name)
      if (key !== null) all.set(key, text)
    }
    return Object.fromEntries([...all].map(([key, text]) => [key, this.decode(text)] as const))
  }

  /** A value; `undefined`, and an event, if it cannot be read. */
  decode(text: string): unknown {
    const value = decodeValue(text)
    // The id is a hash, computed when it is first asked for.
    if (value === undefined && this.current.living !== null) {
      const { id } = this.current.living.identity
      this.current.context.emit({ type: 'unreadable', id, what: 'field' })
    }
    return value
  }

  /** What is shown for what the store held. */
  shownFor(name: string, stored: string): string {
    const original = this.#shape?.originals.get(name)
    return original?.stored === stored ? original.shown : stored
  }

  /** What the store holds if this is shown. */
  storedFor(name: string, shown: string | undefined): string | undefined {
    const original = this.#shape?.originals.get(name)
    return original !== undefined && original.shown === shown ? original.stored : shown
  }

  /** Whether the store holds what is shown for a key, or nothing where nothing is. */
  isStored(key: string): boolean {
    const name = this.nameOf(key)
    return this.storedFor(name, this.current.journal.fields.get(name)) === this.text(key)
  }

  /**
   * Checks values that are about to be written, beside those that are shown.
   * @throws `ERR_VALUE_INVALID`
   */
  validate(values: PlainData, keys: readonly string[]): MaybePromise<PlainData> {
    if (!this.#shape?.schema) return values
    return checkWrite(this.#shape.schema, { ...this.values(), ...values }, keys)
  }

  /** Validates and encodes values. */
  encode(values: PlainData): MaybePromise<EncodedValues> {
    const keys = Object.keys(values)
    const encoded = (valid: PlainData): EncodedValues => encodeValues(valid, keys, (key) => this.nameOf(key))
    const valid = this.validate(values, keys)
    return valid instanceof Promise ? valid.then(encoded) : encoded(valid)
  }

  /** The fields of a record as its successor takes them over. */
  inherit(old: ReadonlyMap<string, string>): Map<string, string> {
    return upgraded(this.#shape?.upgrade ?? null, old)
  }

  /** What has to be written first, if anything has. */
  prepare(): Promise<void> | null {
    const shape = this.#shape
    if (!shape?.upgrade) return null
    return this.current.journal.exclusive(() => upgradeRecord(this.current, shape))
  }

  /** Reads the record again. */
  async reload(): Promise<void> {
    if (this.#shape === null) return this.current.reload()
    await refreshShape(this.current, this.#shape)
    await upgradeRecord(this.current, this.#shape)
  }

  /** The key of a field of this namespace; `null` for other fields. */
  #keyOf(name: string): string | null {
    if (this.#shape !== null) return isIn(this.#shape.place, name) ? keyOf(this.#shape.place, name) : null
    if (isInternal(name)) return null
    const { namespace, key } = parseField(name)
    return namespace === this.namespace ? key : null
  }
}
