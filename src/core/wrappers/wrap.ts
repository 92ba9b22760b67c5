/**
 * One way to put something around every call of a store, so that no wrapper lists them by itself.
 *
 * @module
 */

import type { IndexEntry, MaybePromise, SessionIndex, Store } from '../store.ts'

const VERBS = ['now', 'create', 'load', 'update', 'touch', 'destroy'] as const
const OPTIONAL_VERBS = ['verify'] as const
const LIST_VERBS = ['add', 'entries', 'remove'] as const
const OPTIONAL_LIST_VERBS = ['first', 'look', 'bar'] as const

/** Where a verb takes the record that it concerns: its key, or an entry that names it. */
const CONCERNS: Partial<Record<string, number>> = {
  create: 0,
  load: 0,
  update: 0,
  touch: 0,
  destroy: 0,
  verify: 0,
  add: 1,
  look: 1,
}

/** What a store was asked. */
export type StoreOperation =
  | (typeof VERBS | typeof OPTIONAL_VERBS)[number]
  | `index.${(typeof LIST_VERBS | typeof OPTIONAL_LIST_VERBS)[number]}`

/**
 * Makes what is put around one kind of call: `work` is the call, `concerned` the key of its record or
 * an entry that names it, `null` for what concerns no single one.
 */
export type Around = (
  operation: StoreOperation,
) => <T>(work: () => MaybePromise<T>, concerned: string | IndexEntry | null) => MaybePromise<T>

/** The same store, with something around every call. */
export function wrapStore(store: Store, around: Around): Store {
  const verbs = wrapVerbs(store, [...VERBS, ...OPTIONAL_VERBS], (verb) => around(verb))
  return {
    name: store.name,
    capabilities: store.capabilities,
    ...(store.identity !== undefined && { identity: store.identity }),
    ...(store.watchInterval !== undefined && { watchInterval: store.watchInterval }),
    ...(verbs as Pick<Store, (typeof VERBS)[number]>),
    ...(store.index !== undefined && { index: wrapIndex(store.index, around) }),
    close: () => store.close?.(),
  }
}

function wrapIndex(index: SessionIndex, around: Around): SessionIndex {
  const verbs = [...LIST_VERBS, ...OPTIONAL_LIST_VERBS]
  return wrapVerbs(index, verbs, (verb) => around(`index.${verb}`)) as unknown as SessionIndex
}

type Call = (...given: unknown[]) => MaybePromise<unknown>

/** Those of the verbs that there are. */
function wrapVerbs<Verb extends string>(
  subject: { [Name in Verb]?: unknown },
  verbs: readonly Verb[],
  around: (verb: Verb) => ReturnType<Around>,
): Partial<Record<Verb, Call>> {
  const wrapped: Partial<Record<Verb, Call>> = {}
  for (const verb of verbs) {
    if (subject[verb] === undefined) continue
    const run = around(verb)
    const at = CONCERNS[verb]
    wrapped[verb] = (...given) =>
      run(
        () => (subject[verb] as Call)(...given),
        at === undefined ? null : (given[at] as string | IndexEntry),
      )
  }
  return wrapped
}
