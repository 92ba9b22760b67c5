/**
 * Types of the data that an application keeps.
 *
 * @module
 */

/** Data by key, as validators see it. */
export type PlainData = Record<string, unknown>

/** The keys of `Data` whose values are of type `Value`. */
export type KeysOf<Data, Value> = {
  [Key in keyof Data & string]: unknown extends Data[Key]
    ? Key
    : NonNullable<Data[Key]> extends Value
      ? Key
      : never
}[keyof Data & string]

/** The elements of a list type. */
export type Item<List> = unknown extends List
  ? unknown
  : NonNullable<List> extends readonly (infer Element)[]
    ? Element
    : never
