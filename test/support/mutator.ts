/**
 * Inputs for parsers: texts that are right, and what becomes of them under a few changes.
 *
 * @module
 */

import { seeded } from './seeded.ts'

/** What parsers stumble over, whatever they parse. */
const PIECES = [
  '', '\0', '\n', '\r\n', ' ', '\t', '"', "'", '\\', '/', '%', '%00', '%2e', '=', ';', '; ', ',', ':', '~', '$', '@', '!', '.', '-', '_', '+',
  '{', '}', '[', ']', '{}', '[]', '*', '?', '0', '-0', '-1', '1e999', '9007199254740993', 'NaN', 'null', 'true', '__proto__', 'constructor',
  'toJSON', 'then', 'é', '€', '😀', '\ud800', '\udfff', '\ufeff', '\u2028', '\uffff', 'A'.repeat(100),
] // prettier-ignore

/**
 * A source of inputs, the same for the same seed.
 * @param corpus inputs that are right; they are mixed with each other
 * @param pieces what is special about them
 */
export function mutator(
  seed: number,
  corpus: readonly string[],
  pieces: readonly string[] = [],
): () => string {
  const random = seeded(seed)
  const all = [...PIECES, ...pieces]
  const below = (limit: number): number => Math.floor(random() * limit)
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!

  function mutate(text: string): string {
    const [at, to] = [below(text.length + 1), below(text.length + 1)].sort((a, b) => a - b) as [
      number,
      number,
    ]
    const [before, between, after] = [text.slice(0, at), text.slice(at, to), text.slice(to)]
    switch (below(9)) {
      case 0:
        return before + oneOf(all) + text.slice(at)
      case 1:
        return before + oneOf(all) + after
      case 2:
        return before + text.slice(at + 1)
      case 3:
        return before
      case 4:
        return before + between + between + after
      case 5:
        return before + String.fromCharCode(text.charCodeAt(at) ^ (1 << below(8))) + text.slice(at + 1)
      case 6:
        return before + String.fromCharCode(below(0x10000)) + text.slice(at + 1)
      case 7:
        return before + oneOf(corpus).slice(below(40))
      default:
        return before + after + between
    }
  }

  return () => {
    // Some as they are, some of pieces alone, most with one to four changes.
    let text = below(20) === 0 ? Array.from({ length: below(12) }, () => oneOf(all)).join('') : oneOf(corpus)
    for (let changes = below(5); changes > 0; changes--) text = mutate(text)
    return text.length > 5000 ? text.slice(0, 5000) : text
  }
}
