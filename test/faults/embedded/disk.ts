/**
 * A disk that loses power: what of the steps of a program is there afterwards.
 *
 * It promises no more than POSIX does. What was written to a file is there after an fsync of the
 * file, and that there is such a file after an fsync of its directory. Of everything else each
 * sector may be there or not, and of the names that were made and removed those that came first.
 *
 * @module
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Step } from './recording.ts'

/** Disks write so much as a whole, in bytes. */
const SECTOR = 512

/** What is done to the contents of a file. */
type Change = { at: number; bytes: Buffer } | { length: number }
/** A name that is made, with what it names, or removed. */
type Naming = { name: string; node: Node | undefined }

interface Node {
  isDirectory: boolean
  /** What is safe, and what was done since; and how much was made safe altogether. */
  safe: Buffer
  changes: Change[]
  saved: { changes: number; namings: number }
  /** The size as programs see it. */
  size: number
  /** Of directories. */
  safeNames: Map<string, Node>
  names: Map<string, Node>
  namings: Naming[]
}

/** A disk with one directory on it, empty and safe. */
export class Disk {
  readonly #root: string
  readonly #top = newNode(true)
  readonly #open = new Map<number, Node>()
  /** By thread: what its sync will have made safe when it ends. */
  readonly #syncing = new Map<string, { node: Node; until: Node['saved'] }>()

  /** @param root The path of the directory in the steps. */
  constructor(root: string) {
    this.#root = root
  }

  /** Does one step. */
  do(step: Step): void {
    switch (step.call) {
      case 'open':
        return this.#openFile(step.path, step.fd, step.creates, step.truncates)
      case 'mkdir':
        return this.#name(step.path, newNode(true))
      case 'unlink':
        return this.#name(step.path, undefined)
      case 'close':
        this.#open.delete(step.fd)
        return
    }
    const node = this.#open.get(step.fd)
    if (!node) return
    if (step.call === 'sync begins') this.#syncing.set(step.thread, { node, until: all(node) })
    else if (step.call === 'sync') this.#save(node, step.thread)
    else if (step.call === 'write')
      change(node, { at: step.at === 'end' ? node.size : step.at, bytes: step.bytes })
    else change(node, { length: step.length })
  }

  /**
   * Puts into a directory what is there after a loss of power at this moment.
   *
   * @param random Decides what of the unsafe is there. Without it, nothing is.
   */
  restore(directory: string, random?: () => number): void {
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory, { recursive: true })
    put(this.#top, directory, random)
  }

  #save(node: Node, thread: string): void {
    const begun = this.#syncing.get(thread)
    this.#syncing.delete(thread)
    save(node, begun?.node === node ? begun.until : all(node))
  }

  #openFile(path: string, fd: number, creates: boolean, truncates: boolean): void {
    let node = this.#find(path)
    if (!node && creates) this.#name(path, (node = newNode(false)))
    if (!node) throw new Error('a file was opened that was never made')
    if (truncates) change(node, { length: 0 })
    this.#open.set(fd, node)
  }

  #find(path: string): Node | undefined {
    const names = relative(this.#root, path).split('/').filter(Boolean)
    return names.reduce<Node | undefined>((node, name) => node?.names.get(name), this.#top)
  }

  #name(path: string, node: Node | undefined): void {
    const directory = this.#find(dirname(path))
    const name = relative(dirname(path), path)
    if (!directory) throw new Error('there is no such directory')
    directory.namings.push({ name, node })
    give(directory.names, { name, node })
  }
}

function newNode(isDirectory: boolean): Node {
  return {
    isDirectory,
    safe: Buffer.alloc(0),
    changes: [],
    saved: { changes: 0, namings: 0 },
    size: 0,
    safeNames: new Map(),
    names: new Map(),
    namings: [],
  }
}

/** How much there is, safe or not. */
function all({ saved, changes, namings }: Node): Node['saved'] {
  return { changes: saved.changes + changes.length, namings: saved.namings + namings.length }
}

function save(node: Node, until: Node['saved']): void {
  const changes = node.changes.splice(0, Math.max(0, until.changes - node.saved.changes))
  const namings = node.namings.splice(0, Math.max(0, until.namings - node.saved.namings))
  node.safe = applied(node.safe, changes)
  for (const naming of namings) give(node.safeNames, naming)
  node.saved.changes += changes.length
  node.saved.namings += namings.length
}

function change(node: Node, made: Change): void {
  node.changes.push(made)
  node.size = sizeAfter(node.size, made)
}

function give(names: Map<string, Node>, { name, node }: Naming): void {
  if (node) names.set(name, node)
  else names.delete(name)
}

function put(directory: Node, path: string, random?: () => number): void {
  const names = new Map(directory.safeNames)
  const kept = random ? Math.floor(random() * (directory.namings.length + 1)) : 0
  for (const naming of directory.namings.slice(0, kept)) give(names, naming)
  for (const [name, node] of names) {
    const below = join(path, name)
    if (node.isDirectory) {
      mkdirSync(below)
      put(node, below, random)
    } else writeFileSync(below, contents(node, random))
  }
}

function contents(node: Node, random?: () => number): Buffer {
  if (!random) return node.safe
  return applied(
    node.safe,
    node.changes.flatMap(sectors).filter(() => random() < 0.5),
  )
}

/** The parts of a change that get to the disk each by itself. */
function sectors(made: Change): Change[] {
  if ('length' in made) return [made]
  const parts: Change[] = []
  for (let from = 0; from < made.bytes.length;) {
    const at = made.at + from
    const to = from + SECTOR - (at % SECTOR)
    parts.push({ at, bytes: made.bytes.subarray(from, to) })
    from = to
  }
  return parts
}

function applied(before: Buffer, changes: readonly Change[]): Buffer {
  const most = changes.reduce((size, made) => Math.max(size, sizeAfter(size, made)), before.length)
  const bytes = Buffer.alloc(most)
  before.copy(bytes)
  let size = before.length
  for (const made of changes) {
    if ('length' in made) bytes.fill(0, made.length)
    else made.bytes.copy(bytes, made.at)
    size = sizeAfter(size, made)
  }
  return bytes.subarray(0, size)
}

function sizeAfter(size: number, made: Change): number {
  return 'length' in made ? made.length : Math.max(size, made.at + made.bytes.length)
}
