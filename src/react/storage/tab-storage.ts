/**
 * The browser's `sessionStorage`, where it may be blocked, full or absent.
 *
 * @module
 */

import { headOf, PREFIX } from './entry.ts'

/** Names of entries that belong to an entry of the history begin with this, then that one's key and `:`. */
export const HISTORY_PREFIX = 'sojourn:@'
/** So many of those may stay; each list of a visited page takes two. */
const MOST_HISTORY_ENTRIES = 60

/** What could not be stored, for as long as the page lives. */
const memory = new Map<string, string>()

/** The names of all entries. */
export function entryNames(): string[] {
  return [...memory.keys(), ...storedNames()].filter((name) => name.startsWith(PREFIX))
}

function storedNames(): string[] {
  return attempt(() => Object.keys(sessionStorage)) ?? []
}

/** The text of an entry; `null` if there is none. */
export function readText(name: string): string | null {
  return memory.get(name) ?? attempt(() => sessionStorage.getItem(name))
}

/** Removes an entry. */
export function removeText(name: string): void {
  memory.delete(name)
  attempt(() => sessionStorage.removeItem(name))
}

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** Keeps an entry in memory, where it goes before the stored one. */
export function remember(name: string, text: string): void {
  memory.set(name, text)
}

/**
 * Writes an entry. If there is no room, what other entries of the history keep has to go,
 * the oldest first. What cannot be written stays in memory.
 * @throws the browser's error if it could not be written
 */
export function writeText(name: string, text: string): void {
  let others = readText(name) === null ? ofOtherHistoryEntries(name) : null
  others?.splice(MOST_HISTORY_ENTRIES).forEach(removeText)
  remember(name, text)
  while (memory.has(name)) {
    try {
      sessionStorage.setItem(name, text)
      memory.delete(name)
    } catch (error) {
      others ??= ofOtherHistoryEntries(name)
      const oldest = others.pop()
      if (!oldest) throw error
      removeText(oldest)
    }
  }
}

/** What other entries of the history keep in the storage, the oldest last. */
function ofOtherHistoryEntries(name: string): string[] {
  const [, historyKey] = name.split(':')
  return storedNames()
    .filter((other) => other.startsWith(HISTORY_PREFIX) && other.split(':')[1] !== historyKey)
    .map((other) => [other, headOf(readText(other))?.[1] ?? 0] as const)
    .sort(([, one], [, two]) => two - one)
    .map(([other]) => other)
}
