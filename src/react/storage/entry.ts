/**
 * The text of one entry in the browser's storage: a first line about it, then its content.
 * The first line alone tells whose it is and whether it has expired.
 *
 * @module
 */

/** Every entry's name in the storage begins with this. */
export const PREFIX = 'sojourn:'

/** The first line. Times are milliseconds since 1970. */
export type Head = [
  /** The `version` under which the content was written. */
  version: number,
  writtenAt: number,
  /** 0 for never. */
  expiresAt: number,
  /** The public tag of the session that owns it; `null` for a guest's, or where no tags are used. */
  owner: string | null,
]

/** The whole text of an entry. */
export function entryText(head: Head, body: string): string {
  return `${JSON.stringify(head)}\n${body}`
}

/** The first line of an entry; `null` if there is no text, or it is none of ours. */
export function headOf(text: string | null): Head | null {
  try {
    const head = JSON.parse(text?.split('\n', 1)[0] ?? '') as Head
    return head.length === 4 ? head : null
  } catch {
    return null
  }
}

/** What follows the first line. */
export function bodyOf(text: string): string {
  return text.slice(text.indexOf('\n') + 1)
}

/** Whether its time is over. */
export function isExpired(expiresAt: number): boolean {
  return expiresAt > 0 && expiresAt <= Date.now()
}
