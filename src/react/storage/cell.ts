/**
 * One value kept in the browser, shared by every component that names it.
 *
 * @module
 */

import { encode } from './codec.ts'
import { milliseconds } from './duration.ts'
import { entryText, isExpired } from './entry.ts'
import { type StorageError, storageError } from './error.ts'
import { type Held, openEntry } from './open-entry.ts'
import type { SessionStorageOptions } from './options.ts'
import { currentOwner, mayShow, onOwnerChange } from './owner.ts'
import { readText, removeText, writeText } from './tab-storage.ts'
import { later } from './write-queue.ts'

/** What a component shows of a value. The same object until something changes. */
export interface Snapshot {
  readonly status: 'server' | 'default' | 'stored' | 'memory'
  /** There if it was set. */
  readonly value?: unknown
  readonly error: StorageError | null
}

type Options = SessionStorageOptions<unknown>

/** A value under one name. Its functions are the same for as long as the page lives. */
export interface Cell {
  /** What to show now. */
  read: () => Snapshot
  /** The default, one object for all who share the value. */
  fallback: () => unknown
  set: (action: unknown) => void
  remove: () => void
  /** Tells of what is wrong, once, and removes an entry that cannot be used. */
  report: (error: StorageError) => void
  subscribe: (listener: () => void) => () => void
}

interface OwnCell extends Cell {
  options: Options
  /** Looks again, after another page may have changed the storage, or the owner changed. */
  refresh: () => void
}

const cells = new Map<string, OwnCell>()

/** The one cell of that name in this page, which from now on goes by these options. `key` is what errors call it. */
export function cellOf(name: string, key: string, options: Options): Cell {
  if (cells.size === 0) watch()
  const cell = cells.get(name) ?? createCell(name, key, options)
  cell.options = options
  cells.set(name, cell)
  return cell
}

function watch(): void {
  const refresh = (): void => cells.forEach((cell) => cell.refresh())
  onOwnerChange(refresh)
  // From frames of the same origin, which share the storage.
  addEventListener('storage', refresh)
  // A page that the browser had frozen may find that later pages changed it.
  addEventListener('pageshow', refresh)
}

function createCell(name: string, key: string, options: Options): OwnCell {
  const listeners = new Set<() => void>()
  /** What the storage held when last looked at. */
  let text: string | null = null
  /** The owner then. */
  let owner: string | null = null
  let held: Held | null = null
  /** Memory knows what the storage does not. */
  let ahead = false
  let snapshot: Snapshot = { status: 'default', error: null }
  let fallback: [unknown] | null = null
  let reported: StorageError | undefined

  function show(next: Snapshot): void {
    snapshot = next
    listeners.forEach((listener) => listener())
  }

  function drop(error: StorageError | null): void {
    held = null
    ahead = false
    snapshot = { status: 'default', error }
  }

  function load(): void {
    const found = ahead ? text : readText(name)
    if (found === text && owner === currentOwner()) return
    text = found
    owner = currentOwner()
    if (ahead) return
    const opened = found ? openEntry(found, key, cell.options) : null
    if (!opened || opened instanceof Error) return drop(opened)
    held = opened
    snapshot = { status: 'stored', value: held.value, error: null }
  }

  function write(): void {
    if (!ahead || !held) return
    try {
      const { value, expiresAt } = held
      const next = entryText([cell.options.version ?? 1, Date.now(), expiresAt, held.owner], encode(value))
      writeText(name, next)
      text = next
      ahead = false
      if (snapshot.status === 'memory') show({ ...snapshot, status: 'stored' })
    } catch (cause) {
      show({ ...snapshot, status: 'memory', error: storageError('unwritable', key, cause) })
    }
  }

  const cell: OwnCell = {
    options,
    read() {
      if (listeners.size === 0) load()
      if (held && isExpired(held.expiresAt)) {
        drop(storageError('expired', key))
        // Others who show it must hear of it, but not while this component renders.
        queueMicrotask(() => show(snapshot))
      }
      return snapshot
    },
    fallback: () => (fallback ??= [cell.options.default])[0],
    set(action) {
      const { status } = cell.read()
      const before = held ? held.value : cell.fallback()
      const value: unknown = typeof action === 'function' ? action(before) : action
      const { ttl } = cell.options
      held = { value, owner: currentOwner(), expiresAt: ttl ? Date.now() + milliseconds(ttl) : 0 }
      ahead = true
      later(name, write)
      show({ status: status === 'memory' ? status : 'stored', value, error: null })
    },
    remove() {
      removeText(name)
      text = null
      drop(null)
      show(snapshot)
    },
    report(error) {
      if (reported === error) return
      reported = error
      if (!held) {
        removeText(name)
        text = null
      }
      cell.options.onError?.(error)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) fallback = null
      }
    },
    refresh() {
      if (held && !mayShow(held.owner)) drop(null)
      if (held) held.owner = currentOwner()
      load()
      // A new session may be found while another component renders.
      queueMicrotask(() => show(snapshot))
    },
  }
  return cell
}
