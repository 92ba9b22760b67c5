/**
 * What one test of the conformance suite is given: the store, fresh keys, and a way
 * to let time pass.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { isAlive } from '../../core/store.ts'
import type {
  Change,
  EndReason,
  Lifetime,
  LoadedRecord,
  MaybePromise,
  Store,
  StoredRecord,
  UpdateResult,
} from '../../core/store.ts'

/** What `makeStore` of `testStore` answers. */
export interface StoreUnderTest {
  /** A store on an empty backend. */
  store: Store
  /** Moves the store's clock by so many milliseconds. Default: really waits. */
  advance?(ms: number): MaybePromise<void>
  /**
   * Opens a second store object on the same backend, the way another process would:
   * with its own connection. Default: races run through the one object.
   */
  second?(): MaybePromise<Store>
  /**
   * Opens a store object whose backend cannot be reached, such as a port on which nothing listens,
   * so that its failing can be tried. Default: not tried.
   */
  unreachable?(): MaybePromise<Store>
  /** Runs after the test. Default: closes both stores. */
  close?(): MaybePromise<void>
}

/** One behaviour: its sentence and its check. */
interface Case {
  title: string
  run(subject: Subject): Promise<void>
}

/** The behaviours of one concept. */
export interface CaseGroup {
  title: string
  /** Only for stores whose `capabilities.atomic` is true. */
  needsAtomic?: true
  /** Only for stores that have an `index`. */
  needsIndex?: true
  cases: readonly Case[]
}

/** Every reason there is. */
export const REASONS: readonly EndReason[] = ['logout', 'revoked', 'rotated', 'evicted', 'idle', 'absolute']

/** By how many milliseconds two looks at one clock may differ. */
export const SLACK = 5_000

/** An idle time no test outlives. */
const LONG_IDLE = 3_600_000
/** An absolute lifetime no test outlives. */
const LONG_ABSOLUTE = 86_400_000

/** The store of one test with the means to exercise it. */
export class Subject {
  readonly store: Store
  /** Another store object on the same backend, if there is a way to make one. */
  readonly other: Store
  /** Whether real time had a say in the test, so that a busy machine may have spoilt it. */
  isTimed = false
  readonly #under: StoreUnderTest
  readonly #slowness: number

  constructor(under: StoreUnderTest, other: Store, slowness: number) {
    this.#under = under
    this.store = under.store
    this.other = other
    this.#slowness = slowness
  }

  /** A span of time that `advance` can wait for, in milliseconds. */
  get span(): number {
    if (this.#under.advance) return 10_000
    this.isTimed = true
    return 500 * this.#slowness
  }

  /** A key of the usual form: 32 random bytes as base64url. */
  key(): string {
    return randomBytes(32).toString('base64url')
  }

  /** A lifetime by the store's clock; without arguments one that does not end during a test. */
  async lifetime(idle: number = LONG_IDLE, absolute: number = LONG_ABSOLUTE): Promise<Lifetime> {
    return { idle, absoluteAt: (await this.store.now()) + absolute }
  }

  /** Creates a long-lived record with these fields and answers its key. */
  async created(fields: Record<string, string> = {}, key: string = this.key()): Promise<string> {
    assert.equal(await this.store.create(key, record(fields), await this.lifetime()), true)
    return key
  }

  /** Updates with a lifetime that does not end during a test. */
  async update(key: string, change: Change, store: Store = this.store): Promise<UpdateResult> {
    return store.update(key, change, await this.lifetime())
  }

  /** Updates, and fails unless that is done; answers the values. */
  async updated(
    key: string,
    change: Change,
    store: Store = this.store,
  ): Promise<Record<string, string | null>> {
    const result = await this.update(key, change, store)
    assert.equal(result.status, 'ok')
    return Object.fromEntries(result.status === 'ok' ? result.values : [])
  }

  /** Loads a record that must be alive. */
  async alive(key: string, store: Store = this.store): Promise<LoadedRecord> {
    const answer = await store.load(key)
    assert.ok(isAlive(answer), 'the record should be alive')
    return answer
  }

  /** The fields of a record that must be alive. */
  async fields(key: string, store: Store = this.store): Promise<Record<string, string>> {
    return Object.fromEntries((await this.alive(key, store)).fields)
  }

  /** Fails if the record is alive, or if the store names another reason than these. */
  async dead(key: string, reasons: readonly EndReason[] = REASONS, store: Store = this.store): Promise<void> {
    const answer = await store.load(key)
    assert.ok(!isAlive(answer), 'the record should not be alive')
    if (answer !== null) assert.ok(reasons.includes(answer.ended), `unexpected reason ${answer.ended}`)
  }

  /** Lets time pass for the store. */
  async advance(ms: number): Promise<void> {
    if (this.#under.advance) await this.#under.advance(ms)
    else await sleep(ms)
  }

  /** A store object that cannot reach its backend, if there is a way to make one. */
  async unreachable(): Promise<Store | undefined> {
    return this.#under.unreachable?.()
  }

  async close(): Promise<void> {
    if (this.#under.close) return this.#under.close()
    if (this.other !== this.store) await this.other.close?.()
    await this.store.close?.()
  }
}

/**
 * Makes a store and wraps it for one test.
 *
 * @param slowness by how much to stretch the times that really have to pass
 */
export async function openSubject(
  make: () => MaybePromise<StoreUnderTest>,
  slowness: number,
): Promise<Subject> {
  const under = await make()
  return new Subject(under, under.second ? await under.second() : under.store, slowness)
}

/** A record with these fields. */
export function record(fields: Record<string, string> = {}, meta: string = '{"v":1}'): StoredRecord {
  return { meta, fields: new Map(Object.entries(fields)) }
}

/** Runs `task` with 0, 1, … at once and answers all results in order. */
export function together<T>(count: number, task: (index: number) => MaybePromise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, async (_, index) => task(index)))
}
