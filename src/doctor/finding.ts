/**
 * What the doctor finds: a closed list of codes, each at some level, with a cure.
 *
 * @module
 */

/** Every code that a finding may have. Codes are stable; texts may improve. */
export const FINDING_CODES = [
  // Of every store.
  'reachable',
  'probe',
  'round-trip',
  'clock-offset',
  'atomicity',
  'durability',
  'lists',
  // Of Redis.
  'server-version',
  'replica-role',
  'cluster-client',
  'eviction-policy',
  'evicted-keys',
  'memory',
  'persistence',
  'persistence-failing',
  'fsync',
  'replicas',
  'connections',
  'permissions',
  'scripts',
  // Of the SQLite file.
  'file-system',
  'file-mode',
  'integrity',
  'disk-space',
  // Of the process.
  'runtime',
  'processes',
] as const

/** What a finding is about. */
export type FindingCode = (typeof FINDING_CODES)[number]

/**
 * How bad it is.
 *
 * | level | |
 * |---|---|
 * | `serious` | sessions are lost, refused or readable by others, now or at the next incident |
 * | `warning` | something will go wrong under load, or after another change |
 * | `unknown` | it could not be found out, as with servers that forbid `CONFIG` and `INFO` |
 * | `note` | it is as it is, and worth knowing |
 * | `ok` | it was looked at and is as it should be |
 */
export type FindingLevel = 'serious' | 'warning' | 'unknown' | 'note' | 'ok'

/** One thing that was looked at. Its texts hold no address, password, key or value. */
export interface Finding {
  readonly code: FindingCode
  readonly level: FindingLevel
  /** What was found. */
  readonly text: string
  /** What to do about it; `null` if there is nothing to do. */
  readonly cure: string | null
}

const ORDER: readonly FindingLevel[] = ['serious', 'warning', 'unknown', 'note', 'ok']

/** Sorts the worst to the front; equals keep their order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level))
}

/** Makes a finding of one code. */
export interface Findings {
  serious(text: string, cure: string): Finding
  warning(text: string, cure: string): Finding
  unknown(text: string, cure: string): Finding
  note(text: string, cure?: string): Finding
  ok(text: string): Finding
}

/** The findings that may be made about one thing. */
export function about(code: FindingCode): Findings {
  return {
    serious: (text, cure) => ({ code, level: 'serious', text, cure }),
    warning: (text, cure) => ({ code, level: 'warning', text, cure }),
    unknown: (text, cure) => ({ code, level: 'unknown', text, cure }),
    note: (text, cure) => ({ code, level: 'note', text, cure: cure ?? null }),
    ok: (text) => ({ code, level: 'ok', text, cure: null }),
  }
}
