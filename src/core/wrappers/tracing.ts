/**
 * Tells of each operation on a store, to the tracing channel `sojourn:store` of
 * `node:diagnostics_channel` where it exists. Nothing is made or measured while nobody listens.
 *
 * Messages hold names, times and public ids only: no token, key, value, field, user or list, and
 * neither the answer nor the error.
 *
 * @module
 */

import { isSessionError, type SessionErrorCode } from '../errors.ts'
import { nodeBuiltin } from '../runtime.ts'
import type { MaybePromise, SessionIndex, Store } from '../store.ts'
import { Identity } from '../record/token.ts'

/**
 * The name of the tracing channel. Node publishes each step under a name of its own:
 * `tracing:sojourn:store:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`.
 */
export const STORE_CHANNEL = 'sojourn:store'

/** What a store was asked. */
export type StoreOperation =
  | 'now'
  | 'create'
  | 'load'
  | 'update'
  | 'touch'
  | 'destroy'
  | 'verify'
  | 'index.add'
  | 'index.entries'
  | 'index.remove'
  | 'index.first'
  | 'index.look'
  | 'index.bar'

/**
 * How an operation ended.
 *
 * | outcome | |
 * |---|---|
 * | `ok` | it did what it was asked |
 * | `missing` | `load` found no record |
 * | `gone` | the session has ended: there was nothing to load, change, touch or destroy any more |
 * | `conflict` | `create` found the key taken, or `update` found other values than it expected |
 * | a code | it failed |
 */
export type StoreOutcome = 'ok' | 'missing' | 'gone' | 'conflict' | SessionErrorCode

/** One operation on a store. All steps of one operation publish the same object. */
export interface StoreCall {
  /** The name of the store, such as `redis`. */
  readonly store: string
  readonly operation: StoreOperation
  /** The public id of the session; `null` for what concerns no single one. */
  readonly id: string | null
  /** Absent until the operation has ended. */
  outcome?: StoreOutcome
  /** Milliseconds. Absent until the operation has ended. */
  duration?: number
}

/** Wraps a guarded store. */
export function tracedStore(store: Store): Store {
  return channel === undefined ? store : traceOn(channel, store)
}

function traceOn(to: NonNullable<typeof channel>, store: Store): Store {
  function trace<T>(
    operation: StoreOperation,
    key: string | null,
    work: () => MaybePromise<T>,
    outcomeOf: (answer: T) => StoreOutcome,
  ): MaybePromise<T> {
    const id = key === null ? null : new Identity('', key).id || null
    const call: StoreCall = { store: store.name, operation, id }
    const begun = performance.now()
    const conclude = (outcome: StoreOutcome): void => {
      call.outcome = outcome
      call.duration = performance.now() - begun
    }
    const fail = (error: unknown): void => {
      conclude(isSessionError(error) ? error.code : 'ERR_STORE_UNAVAILABLE')
      to.error.publish(call)
    }
    const settle = (): void => {
      to.asyncStart.publish(call)
      to.asyncEnd.publish(call)
    }
    return to.start.runStores(call, () => {
      try {
        const answer = work()
        // The caller gets the store's own promise, and no turn later than without listeners.
        if (answer instanceof Promise) {
          answer.then(
            (value) => (conclude(outcomeOf(value)), settle()),
            (error: unknown) => (fail(error), settle()),
          )
        } else conclude(outcomeOf(answer))
        return answer
      } catch (error) {
        fail(error)
        throw error
      } finally {
        to.end.publish(call)
      }
    })
  }

  function traceIndex(index: SessionIndex): SessionIndex {
    return {
      add: (list, entry) =>
        to.hasSubscribers
          ? trace('index.add', entry.key, () => index.add(list, entry), done)
          : index.add(list, entry),
      entries: (list) =>
        to.hasSubscribers
          ? trace('index.entries', null, () => index.entries(list), done)
          : index.entries(list),
      remove: (list, keys) =>
        to.hasSubscribers
          ? trace('index.remove', null, () => index.remove(list, keys), done)
          : index.remove(list, keys),
      ...(index.first && {
        first: (list, count) =>
          to.hasSubscribers
            ? trace('index.first', null, () => index.first!(list, count), done)
            : index.first!(list, count),
      }),
      ...(index.look && {
        look: (list, key) =>
          to.hasSubscribers
            ? trace('index.look', key, () => index.look!(list, key), done)
            : index.look!(list, key),
      }),
      ...(index.bar && {
        bar: (list, bar) =>
          to.hasSubscribers
            ? trace('index.bar', null, () => index.bar!(list, bar), done)
            : index.bar!(list, bar),
      }),
    }
  }

  return {
    ...store,
    now: () => (to.hasSubscribers ? trace('now', null, () => store.now(), done) : store.now()),
    create: (key, record, lifetime) =>
      to.hasSubscribers
        ? trace(
            'create',
            key,
            () => store.create(key, record, lifetime),
            (isNew) => (isNew ? 'ok' : 'conflict'),
          )
        : store.create(key, record, lifetime),
    load: (key, list) =>
      to.hasSubscribers ? trace('load', key, () => store.load(key, list), loaded) : store.load(key, list),
    update: (key, change, lifetime) =>
      to.hasSubscribers
        ? trace('update', key, () => store.update(key, change, lifetime), updated)
        : store.update(key, change, lifetime),
    touch: (key, lifetime) =>
      to.hasSubscribers
        ? trace(
            'touch',
            key,
            () => store.touch(key, lifetime),
            (isAlive) => (isAlive ? 'ok' : 'gone'),
          )
        : store.touch(key, lifetime),
    destroy: (key, reason) =>
      to.hasSubscribers
        ? trace(
            'destroy',
            key,
            () => store.destroy(key, reason),
            (record) => (record ? 'ok' : 'gone'),
          )
        : store.destroy(key, reason),
    ...(store.verify && {
      verify: (key) =>
        to.hasSubscribers ? trace('verify', key, () => store.verify!(key), done) : store.verify!(key),
    }),
    ...(store.index !== undefined && { index: traceIndex(store.index) }),
  }
}

function done(): StoreOutcome {
  return 'ok'
}

// Of stores that break their contract, too: whoever asked meets the wrong answer, not the listener.

function loaded(answer: object | null | undefined): StoreOutcome {
  if (typeof answer !== 'object' || answer === null) return 'missing'
  return 'ended' in answer ? 'gone' : 'ok'
}

function updated(answer: { status: string } | null | undefined): StoreOutcome {
  const status = answer?.status
  return status === 'ok' || status === 'conflict' ? status : 'gone'
}

const channel = nodeBuiltin('node:diagnostics_channel')?.tracingChannel?.<unknown, StoreCall>(STORE_CHANNEL)
