/**
 * Types that pick keys by what they hold.
 *
 * @module
 */

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
