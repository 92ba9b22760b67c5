/**
 * Room on the disk, set aside for ending sessions when there is none left.
 *
 * Where SQLite writes ahead, a sign-out needs new bytes before it can free old ones. So a file
 * of random bytes lies beside the database. When the disk is full it is removed, and until it can be made
 * again nothing is begun or changed: what it held is for what must not wait.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'
import { nodeBuiltin } from '../../core/runtime.ts'
import { isFull, kindOf, storeFailure } from './failure.ts'
import { isOwn, writeNew } from './own-files.ts'

/** How much is set aside, in bytes. */
export const SPARE_SIZE: number = 2 ** 20
/** How long to wait before trying to set it aside again, in milliseconds: that writes until the disk is full. */
const PAUSE = 1_000

/** The file beside the one with sessions. All processes share it. */
export class Spare {
  readonly #file: string
  #triedAt = -Infinity
  #isThere = false
  /** Whether the last attempt failed for another reason than a full disk. */
  #isDenied = false

  /** @param file The file with sessions. */
  constructor(file: string) {
    this.#file = `${file}-spare`
  }

  /** To be called now and then: other processes may have used it up. */
  lookAgain(): void {
    this.#isThere = false
  }

  /**
   * Sets the room aside unless it is.
   *
   * @throws SessionError `ERR_STORE_FULL` if there is no room to set aside.
   */
  fill(): void {
    if (this.#isThere) return
    const there = nodeBuiltin('node:fs')!.lstatSync(this.#file, { throwIfNoEntry: false })
    if (!there || !isOwn(there) || there.size !== SPARE_SIZE) this.#write()
    this.#isThere = true
  }

  /** Gives the room back, if there is some. */
  release(): void {
    this.#isThere = false
    this.#triedAt = performance.now()
    try {
      nodeBuiltin('node:fs')!.rmSync(this.#file, { force: true })
    } catch {
      // Then there is no room.
    }
  }

  #write(): void {
    if (performance.now() - this.#triedAt < PAUSE) {
      if (this.#isDenied) return
      throw storeError('ERR_STORE_FULL', 'sqlite')
    }
    this.#triedAt = performance.now()
    this.#isDenied = false
    try {
      // Not zeros: some file systems take no room for those.
      const bytes = nodeBuiltin('node:crypto')!.randomBytes(SPARE_SIZE)
      // A link of that name is removed, and what it leads to stays as it is.
      nodeBuiltin('node:fs')!.rmSync(this.#file, { force: true })
      writeNew(this.#file, bytes)
      this.#triedAt = -Infinity
    } catch (cause) {
      // Another process is setting it aside.
      if (kindOf(cause) === 'EEXIST') return void (this.#triedAt = -Infinity)
      this.release()
      if (isFull(cause)) throw storeFailure(cause)
      // Without the right to make files there the store works, but keeps no room for sign-outs.
      this.#isDenied = true
    }
  }
}
