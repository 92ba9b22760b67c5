/** @module What an answer over HTTP says. */

import { textOf } from './base64.ts'

/**
 * Reads an answer: the replies in order, errors of single commands in their places.
 *
 * @throws Error if it is not an answer to so many commands. A page of a proxy, half an
 * answer and one of the wrong length must never be taken for "there is nothing".
 */
export function repliesOf(status: number, text: string, count: number): unknown[] {
  const body = parsed(text)
  if (status !== 200) throw refusal(status, body)
  if (!Array.isArray(body) || body.length !== count) throw unreadable()
  return body.map(replyOf)
}

function replyOf(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) throw unreadable()
  if ('error' in item && typeof item.error === 'string') return new Error(item.error)
  return decoded('result' in item ? item.result : undefined)
}

function decoded(result: unknown): unknown {
  if (result === null || typeof result === 'number') return result
  if (Array.isArray(result)) return result.map(decoded)
  // The status is sent as it is. It is too short for base64.
  if (result === 'OK') return result
  const text = typeof result === 'string' ? textOf(result) : null
  if (text === null) throw unreadable()
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Holds the words of Redis if there are any: the caller looks for `OOM`, `WRONGTYPE` and the like. */
function refusal(status: number, body: unknown): Error {
  const isTold =
    typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
  return Object.assign(new Error(isTold ? String(body.error) : ''), { code: `HTTP_${status}` })
}

function unreadable(): Error {
  return Object.assign(new Error(), { code: 'UNREADABLE_ANSWER' })
}
