/**
 * Whether an old session can be taken over as it is: told before anything moves.
 *
 * @module
 */

import { encodeValues } from '../record/encoded-values.ts'
import { isSessionError } from '../errors.ts'
import { fieldName } from '../record/field-name.ts'
import type { OldSession, Selection } from './old-library.ts'
import type { PlainData } from '../data.ts'
import { checkUserId } from '../lifecycle/sign-in.ts'
import { checkSize } from '../record/size.ts'

/** What the new record will hold. */
export interface Adopted {
  userId: string | undefined
  fields: Map<string, string>
}

/** Chooses from the old session, and checks what was chosen, or says what is wrong with it. */
export function adoptable(
  old: OldSession,
  selection: Selection,
  maxBytes: number,
): Adopted | { refused: string } {
  try {
    const userId = userIdOf(called('userId', selection.userId, old.data))
    const data = dataOf(selection.data === undefined ? old.data : called('data', selection.data, old.data))
    // Fields without a version's name are those of version 1.
    const { set } = encodeValues(data, Object.keys(data), (key) => fieldName('', key))
    checkSize(set, maxBytes)
    return { userId, fields: set }
  } catch (error) {
    if (error instanceof Refusal || isSessionError(error)) return { refused: error.message }
    throw error
  }
}

/** Numbers become text: the same person must not be two. */
function userIdOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined
  if (typeof value === 'bigint' || isSafeInteger(value)) return String(value)
  if (typeof value !== 'string')
    throw new Refusal(`userId gave ${nameOf(value)}. Return a string, a bigint or a safe integer.`)
  checkUserId(value, 'userId')
  return value
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function dataOf(value: unknown): PlainData {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isThenable(value))
    return value as PlainData
  throw new Refusal(`data gave ${nameOf(value)}. Return an object.`)
}

function called(name: string, choose: Selection['data'], data: PlainData): unknown {
  try {
    return choose?.(data)
  } catch (error) {
    // Its text may hold values.
    const kind = error instanceof Error ? error.constructor.name : 'something'
    throw new Refusal(`${name} threw ${kind}. It is called with the data of every old session.`)
  }
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (isThenable(value)) return 'a promise'
  if (typeof value === 'number') return 'a number that is no safe integer'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}

class Refusal extends Error {}
