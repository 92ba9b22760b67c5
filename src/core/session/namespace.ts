/**
 * The data of a session: reading and writing values by key.
 *
 * @module
 */

import { noKey } from '../record/field-name.ts'
import { refuseCallback } from './foreign-habits.ts'
import { freezeShared } from '../freeze-shared.ts'
import { requestSessionOf, Handle, isSessionHandle, viewOf } from './handle.ts'
import { isObject } from '../check-options.ts'
import { quoted } from '../quoted.ts'
import { noFunction } from '../session-errors.ts'
import type { Absent, AllOf } from '../schema/data-types.ts'
import type { Item, KeysOf, PlainData } from '../data.ts'
import type { Compute, View } from '../request/view.ts'

/**
 * A set of values by key. Reads are synchronous and give a copy: changing what `get`
 * returned changes nothing stored. Writes go to the store at once; await them. Writes of
 * the same tick share one trip.
 *
 * Every write throws `ERR_SESSION_READONLY` during a render, `ERR_SESSION_GONE` if the
 * session has ended, and `ERR_STORE_*` if the store fails; then nothing of it
 * is kept here either.
 */
export class Namespace<Data extends object = PlainData> extends Handle {
  /** The name; `''` for the default namespace. */
  get name(): string {
    return viewOf(this).namespace
  }

  /** The value of a key; else what the schema supplies, or `undefined`. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] | Absent<Data, Key> {
    return viewOf(this).get(key) as Data[Key] | Absent<Data, Key>
  }

  /** Whether `get` gives a value, stored or supplied by the schema. */
  has(key: keyof Data & string): boolean {
    return viewOf(this).has(key)
  }

  /** All that `get` gives, as a plain object of your own. */
  getAll(): AllOf<Data> {
    return viewOf(this).getAll() as AllOf<Data>
  }

  /**
   * Writes one value, or several. `undefined` deletes.
   * @throws `ERR_VALUE_UNSUPPORTED`, `ERR_VALUE_INVALID`, `ERR_RECORD_TOO_LARGE`, and see the class
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): Promise<void>
  set(values: Partial<Data>): Promise<void>
  set(first: string | Partial<Data>, ...rest: unknown[]): Promise<void> {
    refuseCallback(this, 'set', arguments, typeof first === 'string' ? 1 : -1)
    return observed(this, (view) => view.set(() => valuesOf(first, rest)))
  }

  /**
   * Removes values.
   * @throws see the class
   */
  delete(...keys: (keyof Data & string)[]): Promise<void> {
    refuseCallback(this, 'delete', keys)
    return observed(this, (view) => view.delete(keys))
  }

  /**
   * Removes all values of this namespace that this request knows of.
   * @throws see the class
   */
  clear(): Promise<void> {
    refuseCallback(this, 'clear', arguments)
    return observed(this, (view) => view.delete(Object.keys(view.getAll())))
  }

  /**
   * Computes a new value from the one that `get` gives, atomically: if another request changes it
   * in between, `compute` runs again on the new value. Returning `undefined` deletes.
   * @throws `ERR_SESSION_CONFLICT` after a hundred lost rounds, and as `set`
   */
  update<Key extends keyof Data & string>(
    key: Key,
    compute: (
      current: Data[Key] | Absent<Data, Key>,
    ) => Data[Key] | undefined | Promise<Data[Key] | undefined>,
  ): Promise<Data[Key] | Absent<Data, Key>> {
    refuseCallback(this, 'update', arguments, 1)
    if (typeof compute !== 'function') throw noFunction(key)
    const updated = observed(this, (view) => view.update(key, compute as Compute))
    return updated as Promise<Data[Key] | Absent<Data, Key>>
  }

  /**
   * Adds to an integer and returns the result; a missing value counts as 0. Parallel
   * increments never lose one another. The schema is not asked.
   * @throws `ERR_NOT_INTEGER` if the value is not an integer, and see the class
   */
  increment(key: KeysOf<Data, number>, by = 1): Promise<number> {
    refuseCallback(this, 'increment', arguments)
    return observed(this, (view) => view.increment(key, by))
  }

  /**
   * Adds items at the end of a list, atomically. A missing value counts as an empty list.
   * @throws `ERR_VALUE_INVALID` if the value is not a list, and as `update`
   */
  append<Key extends KeysOf<Data, readonly unknown[]>>(key: Key, ...items: Item<Data[Key]>[]): Promise<void> {
    refuseCallback(this, 'append', arguments, 1)
    return observed(this, (view) => view.append(key, items))
  }

  /**
   * Reads a stored value and removes it, atomically: of several takers one gets it.
   * @throws see the class
   */
  take<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined> {
    refuseCallback(this, 'take', arguments)
    return observed(this, (view) => view.take(key)) as Promise<Data[Key] | undefined>
  }

  /** Only the public id of the session: data and token stay on the server. */
  toJSON(): { id: string | null } {
    return { id: requestSessionOf(this).living?.identity.id ?? null }
  }
}

/** Lets a write fail that is not awaited. */
function observed<T>(handle: Handle, write: (view: View) => Promise<T>): Promise<T> {
  const view = viewOf(handle)
  return view.current.journal.writes.observe(write(view))
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

// What console.log shows in Node; also of the object behind the proxy, if it is asked for that one.
Object.defineProperty(Namespace.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Namespace): string {
    if (!isSessionHandle(this)) return 'Session {}'
    const { id } = this.toJSON()
    return this.name === ''
      ? `Session { id: ${id ?? 'none'} }`
      : `Namespace { name: ${quoted(this.name)}, session: ${id ?? 'none'} }`
  },
})

freezeShared(Namespace)
