/** @module The backend of a store, and how to examine it. */

import { beneath, type Store } from '../core/store.ts'
import type { RedisBackend } from '../stores/redis/store.ts'
import type { SqliteBackend } from '../stores/sqlite/types.ts'
import { clockFinding } from './clock.ts'
import { about, type Finding } from './finding.ts'
import type { Limited } from './limited.ts'
import { processesFinding } from './processes.ts'
import { forgetIn, redisFindings } from './redis/findings.ts'
import { sqliteFindings } from './sqlite.ts'

/** The backend of one store. */
export interface Backend {
  /** What there is to say of it. A finding `reachable` that is serious means that nothing else can be asked. */
  findings(): Promise<Finding[]>
  /** Removes what a destroyed session leaves, where that can be asked for. */
  forget(key: string): Promise<void>
}

/** @param thorough whether to look at all of it, which may take a while */
export function backendOf(store: Store, thorough: boolean, limited: Limited): Backend {
  const backend = store[beneath] as RedisBackend | SqliteBackend | undefined
  if (backend === undefined) return { findings: () => anyFindings(store, limited), forget: async () => {} }
  if ('file' in backend)
    return { findings: async () => sqliteFindings(backend, thorough), forget: async () => {} }
  return {
    findings: () => redisFindings(backend, limited),
    forget: (key) => forgetIn(backend, limited, key),
  }
}

async function anyFindings(store: Store, limited: Limited): Promise<Finding[]> {
  const findings = store.name === 'memory' ? [processesFinding()] : []
  try {
    const sent = Date.now()
    const now = await limited(() => store.now())
    return [...findings, clockFinding(now - (sent + Date.now()) / 2)]
  } catch {
    const on = about('reachable')
    return [...findings, on.serious('The store does not answer.', 'Check that what is behind it runs.')]
  }
}
