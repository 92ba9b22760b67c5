/** @module The options of `useRestoredList`, checked in development. */

import { checkOptions, isFunction, optional, type Known } from '../check.ts'
import type { RestoredListOptions } from './options.ts'

const KNOWN: Record<keyof RestoredListOptions<unknown, unknown>, Known> = {
  key: [(value) => typeof value === 'string', 'a text'],
  initial: [isPage, 'the first page: { items: […], cursor }'],
  getKey: [isFunction, 'a function that gives the key of an item'],
  loadMore: [isFunction, 'a function that fetches a page'],
  limit: optional([(value) => typeof value === 'number' && value > 0, 'a number of characters']),
  onError: optional([isFunction, 'a function']),
}

/** @throws `TypeError` */
export function checkList(options: object): void {
  checkOptions('useRestoredList', options, KNOWN)
}

function isPage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Array.isArray((value as { items?: unknown }).items)
}
