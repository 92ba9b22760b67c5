/**
 * Texts of all characters, for tests of properties.
 *
 * @module
 */

import fc from 'fast-check'

/** How many code points there are below those that stand for halves of a character, and how many halves. */
const BELOW = 0xd800
const HALVES = 0x800

const character = fc.nat({ max: 0x10ffff - HALVES }).map(
  (number) => String.fromCodePoint(number < BELOW ? number : number + HALVES),
  // By this way back, names such as __proto__ are among the texts.
  (text) => {
    const code = String(text).codePointAt(0) ?? 0
    return code < BELOW ? code : code - HALVES
  },
)

/** What `fc.string({ unit: 'binary' })` gives, without the tables that take it a second to make. */
export function anyText(length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...length, unit: character })
}
