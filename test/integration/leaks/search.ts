/**
 * Looking for secrets in a heap of text, whole, in part or in another encoding.
 *
 * @module
 */

/** Where to look: a name, and all that was seen there. */
export type Places = Record<string, string>

/** So long that chance makes none, and shorter than what a log leaves of a cut text. */
const PIECE = 16

/** A list of secrets that texts can be searched for. */
export class Secrets {
  readonly #pieces = new Map<string, string>()

  /** @param secrets name → texts of 32 characters or more, of the base64url alphabet */
  constructor(secrets: Readonly<Record<string, readonly string[]>>) {
    for (const [name, texts] of Object.entries(secrets)) {
      for (const text of texts.flatMap(formsOf)) {
        for (let at = 0; at + PIECE <= text.length; at += PIECE)
          this.#pieces.set(text.slice(at, at + PIECE), name)
        this.#pieces.set(text.slice(-PIECE), name)
      }
    }
  }

  /** What is found: `place: name`, each once. */
  in(places: Places): string[] {
    const found = new Set<string>()
    for (const [place, text] of Object.entries(places))
      for (const name of this.#namesIn(text)) found.add(`${place}: ${name}`)
    return [...found].sort()
  }

  /** Whether any is in a text. */
  areIn(text: string): boolean {
    return this.#namesIn(text).size > 0
  }

  #namesIn(text: string): Set<string> {
    const names = new Set<string>()
    for (const [run] of text.matchAll(/[\w+/-]{16,}/g)) {
      for (let at = 0; at + PIECE <= run.length; at++) {
        const name = this.#pieces.get(run.slice(at, at + PIECE))
        if (name !== undefined) names.add(name)
      }
    }
    return names
  }
}

/** A text as it stands, its bytes as a Buffer prints them, and what it encodes. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text, 'base64url')
  return [
    text,
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
  ]
}
