/**
 * The owner of what the hooks keep in `sessionStorage`: the public tag of the session, as the
 * page's provider knows it. When the owner changes, entries of the one before are removed.
 *
 * @module
 */

import { bodyOf, entryText, headOf } from './entry.ts'
import { entryNames, readText, removeText, writeText } from './tab-storage.ts'

/** `undefined` until a provider says. */
let current: string | null | undefined
const listeners = new Set<() => void>()

/**
 * Sets the owner. Entries of another owner are removed from the storage before this returns.
 * A guest's entries go to the user who signs in, as the session's data do. Does nothing on a
 * server.
 * @param tag public, and another for every sign-in; `null` for a guest
 */
export function setOwner(tag: string | null): void {
  if (typeof window === 'undefined' || tag === current) return
  current = tag
  for (const name of entryNames()) settle(name, tag)
  for (const listener of listeners) listener()
}

/** The tag of the owner; `null` for a guest, and where no provider says. */
export function currentOwner(): string | null {
  return current ?? null
}

/** Whether an entry of `owner` may be shown now. */
export function mayShow(owner: string | null): boolean {
  return owner === null || owner === current
}

/**
 * Calls `listener` at each change of the owner, at once, possibly during a render: it must not
 * set state before its caller has ended. Returns how to stop.
 */
export function onOwnerChange(listener: () => void): () => void {
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
    // Without room the entry is lost. As a guest's it would be shown to every user.
  }
}
