/**
 * Waiting until what was committed is on the disk, without holding up the event loop.
 *
 * With `synchronous = FULL` SQLite syncs `-wal` inside each commit, after it has written there all
 * of it. Here the same file is synced after the commit, by a thread of Node's. Nothing is answered
 * before that, so what was answered is as safe. SQLite still does by itself what keeps the file
 * whole: it syncs `-wal` before it moves anything from there, the file before it writes `-wal`
 * from its beginning, and the new beginning of `-wal` before anything behind it.
 *
 * @module
 */

import { nodeBuiltin } from '../../core/runtime.ts'

/** The `-wal` of one connection. */
export class DiskSync {
  readonly #file: string
  #opened: number | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #hasFailed = false

  /** @param file The file with sessions. Its `-wal` is there. SQLite locks nothing in that, so none is lost when it is closed. */
  constructor(file: string) {
    this.#file = `${file}-wal`
  }

  /** To be called before a transaction begins: throws if there could be no sync after it. */
  open(): void {
    // Windows syncs only what may be written.
    this.#opened ??= nodeBuiltin('node:fs')!.openSync(this.#file, 'r+')
  }

  /**
   * Resolves when all that was committed before is on the disk. One sync serves all who ask while
   * another is under way. Once one has failed all later ones fail: what they wrote lies behind
   * something that may be missing.
   */
  sync(): Promise<void> {
    this.#next ??= (this.#running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return (this.#running = this.#start())
      })
    return this.#next
  }

  /** Closes it when what is under way has ended: a sync that waits for a thread would else hit another file. */
  close(): void {
    const opened = this.#opened
    if (opened === undefined) return
    const close = (): void => nodeBuiltin('node:fs')!.closeSync(opened)
    const last = this.#next ?? this.#running
    if (last) void last.then(close, close)
    else close()
  }

  #start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.#hasFailed = true
        reject(Object.assign(new Error(SYNC_FAILED), { code: SYNC_FAILED }))
      }
      if (this.#hasFailed || this.#opened === undefined) return fail()
      nodeBuiltin('node:fs')!.fdatasync(this.#opened, (cause) => (cause ? fail() : resolve()))
    })
  }
}

/** The code that SQLite has for it. */
const SYNC_FAILED = 'SQLITE_IOERR_FSYNC'
