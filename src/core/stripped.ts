/** @module What is kept of the error of a driver. */

import { printable } from './quoted.ts'

/** The form of classes and codes; anything else may hold what was sent. */
const SHORT = /^[\w.:-]{1,60}$/
/** Redis repeats the arguments of a command that it does not know. */
const ECHO = /,? with args beginning with:.*$/s

/** So that no error fills a log. */
const LONGEST = 1000

/**
 * The class and the code of an error, and its text; in production only the word in capitals that
 * the text begins with, as replies of Redis do: OOM, READONLY, NOAUTH. No property is kept.
 */
export function stripped(cause: unknown): Error {
  const { name, code, message } = partsOf(cause)
  const head = [name, code].filter(Boolean).join(' ')
  const word = /^[A-Z]{2,40}\b/.exec(message)?.[0] ?? ''
  const text = isProduction()
    ? [head, word].filter(Boolean).join(' ')
    : [head, shown(message)].filter(Boolean).join(': ')
  const safe = new Error(text)
  safe.name = name
  return safe
}

function partsOf(cause: unknown): { name: string; code: string; message: string } {
  if (typeof cause === 'string') return { name: 'string', code: '', message: cause }
  if (typeof cause !== 'object' || cause === null) return { name: typeof cause, code: '', message: '' }
  const { name, code, message, errors } = cause as Record<string, unknown>
  // An AggregateError of Node.js has no text of its own: the first attempt says it.
  const first: unknown = Array.isArray(errors) ? (errors[0] as Error | undefined)?.message : undefined
  return {
    name: cause instanceof Error ? short(name) || 'Error' : 'object',
    code: short(code),
    message:
      ([message, first].find((text) => typeof text === 'string' && text !== '') as string | undefined) ?? '',
  }
}

function short(text: unknown): string {
  return typeof text === 'string' && SHORT.test(text) ? text : ''
}

/** On one line, for texts may come from elsewhere, and errors go to logs. */
function shown(message: string): string {
  return printable(message.replace(ECHO, '').replaceAll(/\s+/g, ' '), LONGEST)
}

function isProduction(): boolean {
  return typeof process !== 'undefined' && process.env['NODE_ENV'] === 'production'
}
