/**
 * What comes from outside, in the texts of errors. Errors go to logs and terminals.
 *
 * @module
 */

const LONGEST_NAME = 60
const PLAIN = /^[\w$.-]{1,60}$/
/** What a terminal acts on, or shows elsewhere than it stands, or not at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** A text in quotes, cut after 60 characters, with what cannot be seen escaped. */
export function quoted(text: string): string {
  return printable(JSON.stringify(cut(text, LONGEST_NAME)))
}

/** A name as it is, or in quotes if it is a strange one. */
export function named(name: string): string {
  return PLAIN.test(name) ? name : quoted(name)
}

/** A text with what cannot be seen escaped, and cut. */
export function printable(text: string, longest: number = Infinity): string {
  // Cut once more, since what is escaped is longer.
  return cut(
    cut(text, longest).replace(UNSEEN, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`),
    longest,
  )
}

function cut(text: string, longest: number): string {
  // Not through the middle of a character.
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…` : text
}
