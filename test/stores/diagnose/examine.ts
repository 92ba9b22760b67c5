/** @module Asking the doctor, and holding every answer to its promises. */

import { expect } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import {
  diagnose,
  FINDING_CODES,
  type DiagnoseOptions,
  type Finding,
  type FindingCode,
  type FindingLevel,
} from '../../../src/doctor.ts'

/** What no finding may tell, besides addresses: passwords, users, prefixes and files of tests begin so. */
export const SECRET = 'geheim'

/** What a doctor found, by code. */
export interface Findings {
  /** The levels of all findings. */
  levels: Partial<Record<FindingCode, FindingLevel>>
  /** The finding of this code. */
  of: (code: FindingCode) => Finding
  /** The codes of findings at this level. */
  at: (level: FindingLevel) => FindingCode[]
}

const ORDER = ['serious', 'warning', 'unknown', 'note', 'ok']

/** Asks, and fails if a text tells a secret, a code comes twice, a cure is missing or the order is wrong. */
export async function examine(store: Store, options: DiagnoseOptions = {}): Promise<Findings> {
  const findings = await diagnose(store, { reads: 5, ...options })
  const codes = findings.map(({ code }) => code)
  expect(JSON.stringify(findings)).not.toMatch(
    new RegExp(`${SECRET}|127\\.0\\.0\\.1|localhost|doctor-|:\\d{4}`),
  )
  expect(codes).toEqual([...new Set(codes)])
  expect(codes.filter((code) => !FINDING_CODES.includes(code))).toEqual([])
  expect(findings.filter(({ level, cure }) => (level === 'ok') !== (cure === null))).toEqual([])
  expect(findings.filter(({ text, cure }) => `${text}${cure}`.includes('\n'))).toEqual([])
  const ranks = findings.map(({ level }) => ORDER.indexOf(level))
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  return {
    levels: Object.fromEntries(findings.map(({ code, level }) => [code, level])),
    of(code) {
      const found = findings.find((finding) => finding.code === code)
      if (found === undefined) throw new Error(`${code} was not found, but ${codes.join(', ')}`)
      return found
    },
    at: (level) => findings.filter((finding) => finding.level === level).map(({ code }) => code),
  }
}
