/**
 * Read, compute, write, as one step: if somebody else wrote meanwhile, all of it again.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import type { EncodedValues } from './encoded-values.ts'
import { isSessionError, SessionError } from './errors.ts'
import { pause } from './pause.ts'
import type { Upgrade } from './shape.ts'
import type { MaybePromise } from './store.ts'
import { inTurn } from './turns.ts'

/** One field and how to compute its next value. */
export interface Exchange {
  /** What the application calls it. */
  key: string
  /** What the store calls it. */
  name: string
  /** Computes the next value from the current one; may run several times. */
  compute: () => MaybePromise<unknown>
  /** Validates and encodes the next value. */
  encode: (next: unknown) => Promise<EncodedValues>
}

const ATTEMPTS = 100

/**
 * Computes and writes a value until nobody interferes.
 * @throws `ERR_SESSION_CONFLICT` after a hundred lost rounds
 */
export function exchange(binding: Binding, { key, name, compute, encode }: Exchange): Promise<void> {
  const { journal } = binding
  // A computation may write to the same session, and must not wait for itself.
  const line = binding.computing > 0 ? null : (binding.living?.identity.key ?? null)
  return inTurn(line, async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await journal.exclusive(async () => journal.fields.get(name))
      const { set, removed } = await encode(await counted(binding, compute))
      const isDone = await journal.exclusive(async () => {
        if (journal.fields.get(name) !== before) return false
        journal.check(set)
        const change = { set, delete: removed, expect: new Map([[name, before ?? null]]) }
        const swapped = await binding.compareAndSet(change)
        if (swapped) journal.absorb(set, removed)
        return swapped
      })
      if (isDone) return
      if (attempt > 0) await pause(attempt)
      await journal.exclusive(() => binding.reload())
    }
    throw new SessionError(
      'ERR_SESSION_CONFLICT',
      `update("${key}") lost against other writers a hundred times. Nothing was stored. Write to different keys, or use increment().`,
    )
  })
}

/** Brings stored data into today's shape, unless another request has done that already. */
export async function upgradeRecord(binding: Binding, upgrade: Upgrade): Promise<void> {
  if (binding.living === null) return
  const { set, delete: names } = upgrade
  try {
    if (await binding.compareAndSet(upgrade)) binding.journal.absorb(set, names)
    else await binding.reload()
  } catch (error) {
    if (!isSessionError(error, 'ERR_STORE_UNSUPPORTED')) throw error
    await binding.send({ set, delete: names }, () => {})
  }
}

async function counted(binding: Binding, compute: () => MaybePromise<unknown>): Promise<unknown> {
  binding.computing++
  try {
    return await compute()
  } finally {
    binding.computing--
  }
}
