/**
 * What a value is once it has gone through JSON, as types tell it.
 *
 * @module
 */

/** What JSON leaves out. */
type Left = undefined | symbol | bigint | ((...given: never[]) => unknown)

/** What `JSON.parse(JSON.stringify(value))` gives: text for a `Date`, and nothing of a `Map` or a function. */
export type JsonOf<Value> = unknown extends Value
  ? Value
  : Value extends string | number | boolean | null
    ? Value
    : Value extends { toJSON(...given: never[]): infer Told }
      ? JsonOf<Told>
      : Value extends Left
        ? undefined
        : Value extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
          ? {}
          : { [Key in keyof Value]: JsonOf<Value[Key]> }
