/**
 * The files of the store on their way to SQLite: made for their owner alone, where the path really
 * leads, and never through a link or a pipe of the same name.
 *
 * @module
 */

import { nodeBuiltin } from '../../core/runtime.ts'
import { kindOf, storeFailure, unusable } from './failure.ts'

/** What SQLite makes beside the file. */
const BESIDE = ['-wal', '-shm', '-journal']
/** How many symbolic links may lead to the file, as in Linux. */
const MOST_LINKS = 40

/** Whether there is a file. Throws a SessionError if that cannot be told. */
export function isThere(file: string): boolean {
  try {
    return nodeBuiltin('node:fs')!.statSync(file, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    throw storeFailure(cause, file)
  }
}

/**
 * Makes the file and its directory unless they are there, and answers the path of the file behind
 * any symbolic links. SQLite gives what it makes beside it the same mode, so it is made here.
 * A file that is there is not opened, not even to look: closing it would release the locks that
 * other connections of this process hold.
 */
export function ownFile(path: string): string {
  const file = behindLinks(path)
  const fs = nodeBuiltin('node:fs')!
  if (!isThere(file)) makeFile(file)
  else if (!fs.statSync(file).isFile())
    throw unusable('is no file, but a directory, a pipe or a device.', file)
  for (const suffix of BESIDE) {
    const beside = fs.lstatSync(file + suffix, { throwIfNoEntry: false })
    if (beside && !isOwn(beside)) throw unusable(`has beside it, as ${suffix}, ${NOT_OURS}`, file)
  }
  return file
}

const NOT_OURS =
  'a link or something else that is no file of SQLite. Nothing is written through it. ' +
  'Find out what put it there and remove it, or give sqliteStore a `file` in a directory of its own.'

/** Whether something is a file with no other name, so that what is written there is written nowhere else. */
export function isOwn(stats: { isFile(): boolean; nlink: number }): boolean {
  return stats.isFile() && stats.nlink === 1
}

/** Writes a file that only its owner can read. Throws `EEXIST` if there is anything of that name. */
export function writeNew(path: string, content: string | Uint8Array): void {
  nodeBuiltin('node:fs')!.writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
}

/** SQLite would follow the links too, and make a file with the mode that it likes. */
function behindLinks(named: string): string {
  const fs = nodeBuiltin('node:fs')!
  const path = nodeBuiltin('node:path')!
  let file = named
  for (let links = 0; fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink(); links++) {
    if (links === MOST_LINKS) throw Object.assign(new Error('ELOOP'), { code: 'ELOOP' })
    file = path.resolve(fs.realpathSync(path.dirname(file)), fs.readlinkSync(file))
  }
  return file
}

function makeFile(file: string): void {
  const path = nodeBuiltin('node:path')!
  const directory = path.dirname(file)
  const made = makeDirectory(directory)
  syncNames(directory, made ?? directory)
  if (made !== undefined) unlessThere(() => writeNew(path.join(directory, '.gitignore'), '*\n'))
  unlessThere(() => writeNew(file, ''))
}

/**
 * Makes a directory, and those above it; answers the uppermost that was missing. One by one, since
 * Node's own way tells every failure as ENOENT, and never ends below `/proc`.
 */
function makeDirectory(directory: string): string | undefined {
  const above = nodeBuiltin('node:path')!.dirname(directory)
  if (isThere(directory) || above === directory) return undefined
  const made = makeDirectory(above)
  unlessThere(() => nodeBuiltin('node:fs')!.mkdirSync(directory, { mode: 0o700 }))
  return made ?? directory
}

/** Another process may have been faster. */
function unlessThere(make: () => void): void {
  try {
    make()
  } catch (cause) {
    if (kindOf(cause) !== 'EEXIST') throw cause
  }
}

/**
 * Makes sure that directories are there after a loss of power: those from `made` down to
 * `directory`. What is in the latter SQLite sees to.
 */
function syncNames(directory: string, made: string): void {
  const fs = nodeBuiltin('node:fs')!
  const path = nodeBuiltin('node:path')!
  for (let at = directory; at.length >= made.length; at = path.dirname(at)) {
    const above = path.dirname(at)
    if (above === at) return
    try {
      const opened = fs.openSync(above, 'r')
      try {
        fs.fsyncSync(opened)
      } finally {
        fs.closeSync(opened)
      }
    } catch {
      // Not every system can, nor may everyone read there. SQLite does not insist either.
    }
  }
}
