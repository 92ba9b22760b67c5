/**
 * What the program of writers said was done, and whether it is.
 *
 * @module
 */

import { sqliteStore } from '../../../src/stores/sqlite.ts'
import { LIST } from './writers.ts'

/** The version of each session that was acknowledged last; 0 if its end was. */
export type Acknowledged = Map<string, number>

/** Notes a line of the program. */
export function note(acknowledged: Acknowledged, line: string): void {
  const [key = '', version] = line.trim().split(' ')
  acknowledged.set(key, Number(version))
}

/**
 * The first session that is not as it should be, or why the file does not work. What nobody
 * acknowledged yet may have happened or not.
 */
export async function firstLoss(file: string, acknowledged: Acknowledged): Promise<string | undefined> {
  const store = sqliteStore({ file })
  try {
    const listed = new Set((await store.index.entries(LIST)).map(({ key }) => key))
    for (const [key, version] of acknowledged) {
      const found = await store.load(key)
      const isAlive = found !== null && 'fields' in found
      if (version === 0 && isAlive) return 'a session that had ended is back'
      if (version > 0 && !found) return 'a session is gone'
      if (version > 0 && isAlive && Number(found.fields.get('version')) < version) return 'a change is undone'
      if (version > 0 && !listed.has(key)) return 'a session is missing in the list'
    }
    await store.create('next', { meta: '', fields: new Map() }, { idle: 1000, absoluteAt: Infinity })
    return undefined
  } catch (error) {
    return String(error)
  } finally {
    await store.close()
  }
}
