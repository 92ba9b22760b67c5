/** @module The options of `useSessionStorage`, checked in development. */

import { checkOptions, isFunction, optional, type Known } from '../check.ts'
import { milliseconds, type DurationText } from './duration.ts'
import type { SessionStorageOptions } from './options.ts'

const KNOWN: Record<keyof SessionStorageOptions<unknown>, Known> = {
  default: [() => true, ''],
  schema: optional([
    (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
    'a Standard Schema, such as z.object({…})',
  ]),
  version: optional([Number.isSafeInteger, 'a whole number']),
  migrate: optional([(value) => typeof value === 'object' && value !== null, 'steps by version']),
  ttl: optional([isDuration, "a duration with its unit, such as '15m'"]),
  scope: optional([(value) => value === 'tab' || value === 'history-entry', "'tab' or 'history-entry'"]),
  onError: optional([isFunction, 'a function']),
}

/** @throws `TypeError` */
export function checkStorage(options: object): void {
  checkOptions('useSessionStorage', options, KNOWN)
}

function isDuration(value: unknown): boolean {
  try {
    return milliseconds(value as DurationText) > 0
  } catch {
    return false
  }
}
