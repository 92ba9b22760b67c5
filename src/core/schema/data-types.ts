/**
 * What the type of the data tells beside the values: which namespaces there are, and which values
 * the schema supplies. It is kept under names that no key can have, and exists for the compiler alone.
 *
 * @module
 */

import type { PlainData } from '../data.ts'
import type { StandardSchema } from './schema.ts'

declare const NAMESPACES: unique symbol
declare const SUPPLIED: unique symbol

/**
 * Declares the namespaces of a session, once, in the type of its data. Then `session.namespace` knows
 * what each holds, and takes no other name:
 *
 * ```ts
 * interface Data extends Namespaces<{ cart: { items: string[] } }> {
 *   theme: string
 * }
 * const { getSession } = createSessions<Data>()
 * ```
 */
export interface Namespaces<Spaces extends Record<keyof Spaces, object>> {
  /** Never there. */
  readonly [NAMESPACES]?: Spaces
}

/** Marks the keys that a schema supplies. `DataOf` makes it; public so that declarations can name it. */
export interface Supplied<Key> {
  /** Never there. */
  readonly [SUPPLIED]?: Key
}

/**
 * The data of sessions that have this schema, where a type has to be named: as `z.infer` and the like
 * tell it, and knowing what has a default.
 *
 * ```ts
 * const schema = z.object({ theme: z.string().default('light') })
 * function themeOf(session: Session<DataOf<typeof schema>>): string {
 *   return session.get('theme')
 * }
 * ```
 */
export type DataOf<Schema extends StandardSchema> =
  Schema extends StandardSchema<infer Output extends object, infer Input> ? Known<Output, Input> : never

/** The data of a schema: what comes out of it, and which of that it supplies. */
export type Known<Output, Input> = [DefaultKey<Output, Input>] extends [never]
  ? Output
  : Output & Supplied<DefaultKey<Output, Input>>

/** Keys that may be left out of what goes in, and are never missing in what comes out. */
type DefaultKey<Output, Input> = unknown extends Input
  ? never
  : {
      // The first question is whether it is one key, and not all of an index signature.
      [Key in keyof Output & keyof Input & string]: {} extends Record<Key, 1>
        ? never
        : undefined extends Output[Key]
          ? never
          : {} extends Pick<Input, Key>
            ? Key
            : never
    }[keyof Output & keyof Input & string]

/** The keys whose values are always there. */
type SuppliedKey<Data> = typeof SUPPLIED extends keyof Data ? NonNullable<Data[typeof SUPPLIED]> : never

/** What is read beside the values of a key: nothing else where the schema supplies one. */
export type Absent<Data, Key, Nothing = undefined> = Key extends SuppliedKey<Data> ? never : Nothing

/** All values as they are read. */
export type AllOf<Data> = Partial<Data> &
  ([SuppliedKey<Data>] extends [never] ? unknown : Pick<Data, SuppliedKey<Data> & keyof Data>)

/** The names of the namespaces that are declared; any text if none are. */
export type NamespaceName<Data> = typeof NAMESPACES extends keyof Data
  ? keyof NonNullable<Data[typeof NAMESPACES]> & string
  : string

/** What a namespace holds: what the call names, or else what is declared. */
export type NamespaceValues<Data, Name, Named extends object> = typeof NAMESPACES extends keyof Data
  ? PlainData extends Named
    ? Declared<NonNullable<Data[typeof NAMESPACES]>, Name>
    : Named
  : Named

type Declared<Spaces, Name> = Name extends keyof Spaces ? Spaces[Name] & object : never
