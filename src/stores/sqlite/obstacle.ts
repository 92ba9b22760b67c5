/**
 * Why a file cannot be opened or written, where SQLite says no more than that.
 *
 * @module
 */

import { nodeBuiltin } from '../../core/runtime.ts'

/** What the system says against opening or writing the file; `undefined` if nothing. Changes nothing. */
export function obstacle(file: string): unknown {
  const fs = nodeBuiltin('node:fs')!
  const path = nodeBuiltin('node:path')!
  const { W_OK, X_OK } = fs.constants
  try {
    // The longest name of ours.
    fs.lstatSync(`${file}-journal`, { throwIfNoEntry: false })
    if (fs.statSync(file, { throwIfNoEntry: false })) fs.accessSync(file, W_OK)
    let directory = path.dirname(file)
    while (!fs.statSync(directory, { throwIfNoEntry: false }) && path.dirname(directory) !== directory)
      directory = path.dirname(directory)
    fs.accessSync(directory, W_OK | X_OK)
    // Any file will do to see whether this process may open one more.
    fs.closeSync(fs.openSync(process.execPath, 'r'))
    return undefined
  } catch (cause) {
    return cause
  }
}
