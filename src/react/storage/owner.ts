/**
 * Whose tab this is: the public tag of the session, as the page's provider knows it. What
 * the hooks keep in `sessionStorage` belongs to a tag and is gone when another takes over.
 *
 * @module
 */

import { bodyOf, entryText, headOf } from './entry.ts'
import { entryNames, readText, removeText, writeText } from './tab-storage.ts'

/** `undefined` until a provider has spoken, which may be never. */
let current: string | null | undefined
const listeners = new Set<() => void>()

/**
 * Says who is signed in. Entries of anybody else are removed from the storage before this
 * returns. A guest's entries become those of whoever signs in, as the session's data do.
 * Does nothing on a server.
 * @param tag public, and another for every sign-in; `null` for nobody
 */
export function setSessionTag(tag: string | null): void {
  if (typeof window === 'undefined' || tag === current) return
  current = tag
  for (const name of entryNames()) settle(name, tag)
  for (const listener of listeners) listener()
}

/** Who is signed in; `null` for nobody, and where no provider says. */
export function sessionTag(): string | null {
  return current ?? null
}

/** Whether what belongs to `owner` may be shown now. */
export function mayShow(owner: string | null): boolean {
  return owner === null || owner === current
}

/**
 * Calls `listener` whenever another tag has taken over, at once, possibly during a render:
 * it must not set state before its caller has ended. Returns how to stop.
 */
export function onSessionTag(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function settle(name: string, tag: string | null): void {
  const text = readText(name)
  const head = headOf(text)
  if (!text || !head || head[3] === tag) return
  // Removed first: if the storage is full, it must not stay a guest's.
  removeText(name)
  if (head[3] !== null) return
  head[3] = tag
  try {
    writeText(name, entryText(head, bodyOf(text)))
  } catch {
    // Lost for want of room, which is better than kept for everybody.
  }
}
