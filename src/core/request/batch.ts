/**
 * Writes of one tick on their way to becoming one change.
 *
 * @module
 */

import type { Change, UpdateResult } from '../store.ts'

/** What the store answered to a change that it applied. */
export type Applied = Extract<UpdateResult, { status: 'ok' }>

/** What a batch does to one field. */
export interface Step {
  kind: Kind
  /** What the field held before. */
  before: string | undefined
  /** Of a write: what it is to hold; `undefined` removes it. */
  text: string | undefined
  /** Of an increment: what is added. */
  by: number
}

/** What a write does to a field. */
export type Kind = 'write' | 'increment' | 'take'

/** Writes of one tick, not yet sent, by the name of the field. */
export interface Batch {
  readonly steps: Map<string, Step>
  result: Promise<Applied>
}

/** Whether one change cannot hold both what the batch does to a field and another kind of write. */
export function clashes({ steps }: Batch, names: readonly string[], kind: Kind): boolean {
  return names.some((name) => {
    const step = steps.get(name)
    return step !== undefined && (step.kind !== kind || kind === 'take')
  })
}

/** The change that brings a batch to the store. */
export function changeOf({ steps }: Batch): Change {
  let set: Map<string, string> | undefined
  let removed: string[] | undefined
  let increment: Map<string, number> | undefined
  let take: string[] | undefined
  for (const [name, { kind, text, by }] of steps) {
    if (kind === 'increment') (increment ??= new Map()).set(name, by)
    else if (kind === 'take') (take ??= []).push(name)
    else if (text === undefined) (removed ??= []).push(name)
    else (set ??= new Map()).set(name, text)
  }
  return {
    ...(set && { set }),
    ...(removed && { delete: removed }),
    ...(increment && { increment }),
    ...(take && { take }),
  }
}

/** What a change makes of a record that holds nothing yet, and the answer to it. */
export function applyToNothing(change: Change): { fields: Map<string, string>; applied: Applied } {
  const sums = [...(change.increment ?? [])].map(([name, by]) => [name, String(by)] as const)
  return {
    fields: new Map([...(change.set ?? []), ...sums]),
    applied: { status: 'ok', values: new Map(sums) },
  }
}
