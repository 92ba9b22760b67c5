/**
 * Writes of one tick on their way to becoming one change.
 *
 * @module
 */

import type { Change, UpdateResult } from '../store.ts'

/** What the store answered to a change that it applied. */
export type Applied = Extract<UpdateResult, { status: 'ok' }>

/** Writes of one tick, not yet sent. */
export interface Batch {
  set: Map<string, string>
  delete: Set<string>
  increment: Map<string, number>
  take: Set<string>
  /** What the fields held before. */
  before: Map<string, string | undefined>
  result: Promise<Applied>
}

/** What a write does to a field. */
export type Kind = 'write' | 'increment' | 'take'

/** A batch without writes. */
export function emptyBatch(): Batch {
  return {
    set: new Map(),
    delete: new Set(),
    increment: new Map(),
    take: new Set(),
    before: new Map(),
    result: Promise.resolve({ status: 'ok', values: new Map() }),
  }
}

/** Whether one change cannot hold both what the batch does to a field and another kind of write. */
export function clashes(batch: Batch, names: readonly string[], kind: Kind): boolean {
  return names.some((name) => {
    const written = batch.set.has(name) || batch.delete.has(name)
    if (kind === 'write') return batch.increment.has(name) || batch.take.has(name)
    if (kind === 'increment') return written || batch.take.has(name)
    return written || batch.increment.has(name) || batch.take.has(name)
  })
}

/** The change that brings a batch to the store. */
export function changeOf(batch: Batch): Change {
  return {
    ...(batch.set.size > 0 && { set: batch.set }),
    ...(batch.delete.size > 0 && { delete: [...batch.delete] }),
    ...(batch.increment.size > 0 && { increment: batch.increment }),
    ...(batch.take.size > 0 && { take: [...batch.take] }),
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
