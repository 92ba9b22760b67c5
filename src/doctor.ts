/**
 * What is wrong with the server or the file of a store, and how to mend it: found by asking it,
 * not by waiting for the first incident.
 *
 * ```ts
 * import { diagnose } from 'sojourn/doctor'
 *
 * for (const { level, code, text, cure } of await diagnose(store)) console.log(level, code, text, cure)
 * ```
 *
 * @module sojourn/doctor
 */

import { checkNames } from './core/check-options.ts'
import { invalidOption } from './core/errors.ts'
import { milliseconds, type Duration } from './core/record/duration.ts'
import type { Store } from './core/store.ts'
import { backendOf } from './doctor/backend.ts'
import { worstFirst, type Finding } from './doctor/finding.ts'
import { limitedTo } from './doctor/limited.ts'
import { probeFinding } from './doctor/probe.ts'
import { promiseFindings } from './doctor/promises.ts'
import { roundTripFinding } from './doctor/round-trip.ts'

export { FINDING_CODES, type Finding, type FindingCode, type FindingLevel } from './doctor/finding.ts'

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** How many reads to measure. Default 50. */
  reads?: number | undefined
  /** How long one question to the store may take. Default `'2s'`. */
  timeout?: Duration | undefined
  /**
   * Whether to put the store to use: a session of the doctor's own is written, read and left to
   * expire, reads are measured, and an SQLite file is read as a whole. Default true.
   */
  thorough?: boolean | undefined
}

/**
 * Examines a store. Answers what was looked at, the worst first; what could not be found out is
 * `unknown`, never `ok`. Takes about a second. Reads and writes under names of its own only, in
 * Redis those that begin with the `prefix` of the store and hold `doctor-`. What it wrote is gone
 * at once in Redis, and within minutes elsewhere.
 *
 * @param store the store itself, as it was passed to `createSessions`
 * @throws `ERR_OPTION_INVALID`, and nothing else: a store that fails is a finding
 */
export async function diagnose(store: Store, options: DiagnoseOptions = {}): Promise<Finding[]> {
  checkNames(options, ['reads', 'timeout', 'thorough'], 'diagnose: ')
  const { reads = 50, timeout = '2s', thorough = true } = options
  if (typeof store?.load !== 'function')
    throw invalidOption('diagnose: expected a store, such as redisStore(client).')
  if (!Number.isSafeInteger(reads) || reads < 1) throw invalidOption('reads: expected a positive integer.')
  const limited = limitedTo(milliseconds(timeout, 'timeout'))
  const backend = backendOf(store, thorough, limited)
  const findings = [...promiseFindings(store), ...(await backend.findings())]
  const isReachable = !findings.some(({ code, level }) => code === 'reachable' && level === 'serious')
  if (thorough && isReachable) {
    findings.push(await probeFinding(store, limited, (key) => backend.forget(key)))
    findings.push(await roundTripFinding(store, reads, limited))
  }
  return worstFirst(findings)
}
