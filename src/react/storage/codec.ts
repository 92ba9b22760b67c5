/**
 * Values as JSON text that keeps what JSON loses. A tagged value is an object with the one
 * key `$`: `{"$":["d",1700000000000]}` is a date.
 *
 * @module
 */

type Plain = Record<string, unknown>

/**
 * Turns a value into text: what JSON knows, `undefined`, `NaN` and the infinities, `BigInt`,
 * `Date`, `Map` and `Set`, in plain objects and arrays.
 * @throws `TypeError` for anything else, such as a function or an instance of a class
 * @throws `RangeError` for a value that contains itself
 */
export function encode(value: unknown): string {
  return JSON.stringify(pack(value))
}

/**
 * Turns such text into the value.
 * @throws `SyntaxError` or `TypeError` for a text that `encode` did not make
 */
export function decode(text: string): unknown {
  return unpack(JSON.parse(text))
}

function pack(value: unknown): unknown {
  if (value === undefined) return tagged('u', 0)
  if (typeof value === 'bigint') return tagged('b', `${value}`)
  if (typeof value === 'number' && !Number.isFinite(value)) return tagged('n', `${value}`)
  if (Object(value) !== value && typeof value !== 'symbol') return value
  if (Array.isArray(value)) return Array.from(value, pack)
  if (value instanceof Date) return tagged('d', +value)
  if (value instanceof Map) return tagged('m', [...value])
  if (value instanceof Set) return tagged('s', [...value])
  if (!isPlain(value)) throw new TypeError(`not storable: ${typeof value}`)
  return '$' in value ? tagged('o', Object.entries(value)) : changed(value, pack)
}

function tagged(tag: keyof typeof READERS, content: unknown): unknown {
  return { $: [tag, pack(content)] }
}

const READERS = {
  u: (): undefined => undefined,
  b: BigInt,
  n: Number,
  d: (time: number) => new Date(time),
  m: (entries: []) => new Map(entries),
  s: (items: []) => new Set(items),
  o: Object.fromEntries as (entries: []) => Plain,
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack)
  if (!isPlain(value)) return value
  if (!('$' in value)) return changed(value, unpack)
  const [tag, content] = value['$'] as [keyof typeof READERS, unknown]
  return READERS[tag](unpack(content) as never)
}

function isPlain(value: unknown): value is Plain {
  const prototype: unknown = Object.getPrototypeOf(value ?? 0)
  return prototype === null || prototype === Object.prototype
}

/** Defines each key, so that `__proto__` is one like any other. */
function changed(value: Plain, change: (value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]))
}
