/**
 * One way to put something around every call of a store, so that no wrapper lists them by itself.
 *
 * @module
 */

import type { MaybePromise, SessionIndex, Store } from '../store.ts'

const VERBS = ['now', 'create', 'load', 'update', 'touch', 'destroy'] as const
const OPTIONAL_VERBS = ['verify'] as const
const LIST_VERBS = ['add', 'entries', 'remove'] as const
const OPTIONAL_LIST_VERBS = ['first', 'look', 'bar'] as const

/** What a store was asked. */
export type StoreOperation =
  | (typeof VERBS | typeof OPTIONAL_VERBS)[number]
  | `index.${(typeof LIST_VERBS | typeof OPTIONAL_LIST_VERBS)[number]}`

/**
 * Makes what is put around one kind of call: `work` is the call.
 * @param key of the record that it concerns; `null` for what concerns no single one
 */
export type Around = (
  operation: StoreOperation,
) => <T>(work: () => MaybePromise<T>, key: string | null) => MaybePromise<T>

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
    wrapped[verb] = (...given) => run(() => (subject[verb] as Call)(...given), keyIn(verb, given))
  }
  return wrapped
}

/** The key of a record among what a verb was given. */
function keyIn(verb: string, [first, second]: unknown[]): string | null {
  if (verb === 'add') return (second as { key: string }).key
  if (verb === 'look') return second as string
  return verb === 'now' || !isOfRecord(verb) ? null : (first as string)
}

function isOfRecord(verb: string): boolean {
  return ([...VERBS, ...OPTIONAL_VERBS] as string[]).includes(verb)
}
