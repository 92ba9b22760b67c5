/** @module The conformance suite: a backend that cannot be reached. */

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

import type { MaybePromise, Store } from '../../core/store.ts'
import type { CaseGroup } from './subject.ts'

/** How long an operation is given to answer, in milliseconds. */
const PATIENCE = 1000

/** An error is an error: taken for an answer, it would sign people out or let them stay. */
export const failing: CaseGroup = {
  title: 'failing',
  cases: [
    {
      title: 'a backend that cannot be reached is an error, and never an answer',
      async run(s) {
        const store = await s.unreachable()
        if (store === undefined) return
        const [key, lifetime] = [s.key(), await s.lifetime()]
        const entry = { key, createdAt: lifetime.absoluteAt - 1000, until: lifetime.absoluteAt }
        const operations: Record<string, () => MaybePromise<unknown>> = {
          create: () => store.create(key, { meta: '', fields: new Map() }, lifetime),
          load: () => store.load(key),
          update: () => store.update(key, { set: new Map([['a', '1']]) }, lifetime),
          'update with expect': () => store.update(key, { expect: new Map([['a', null]]) }, lifetime),
          touch: () => store.touch(key, lifetime),
          destroy: () => store.destroy(key, 'logout'),
          ...(store.index && operationsOn(store.index, key, entry)),
        }
        const names = Object.keys(operations)
        const areAnswered = await Promise.all(names.map((name) => isAnswered(operations[name]!)))
        // What never opened may neither close nor say so.
        await isAnswered(() => store.close?.())
        assert.deepEqual(
          names.filter((_name, i) => areAnswered[i]),
          [],
          'these operations should fail, or go on trying',
        )
      },
    },
  ],
}

function operationsOn(
  index: NonNullable<Store['index']>,
  list: string,
  entry: Parameters<typeof index.add>[1],
): Record<string, () => MaybePromise<unknown>> {
  return {
    'index.add': () => index.add(list, entry),
    'index.entries': () => index.entries(list),
    'index.remove': () => index.remove(list, [entry.key]),
  }
}

/** Whether an operation answers. One that goes on trying does not: sessions give it a deadline. */
async function isAnswered(operation: () => MaybePromise<unknown>): Promise<boolean> {
  const run = async (): Promise<unknown> => operation()
  return Promise.race([
    run().then(
      () => true,
      () => false,
    ),
    sleep(PATIENCE, false),
  ])
}
