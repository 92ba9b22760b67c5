/** @module Talking to a store of express-session without a framework. */

import type { SessionData } from 'express-session'
import type { ConnectStore } from '../../../src/connect.ts'

type Verb = 'get' | 'set' | 'touch' | 'destroy' | 'all' | 'length' | 'clear' | 'load'

/** Calls a verb and answers what it calls back with. */
export function call<T = Record<string, unknown>>(
  on: ConnectStore,
  verb: Verb,
  ...args: unknown[]
): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = on[verb] as (...all: unknown[]) => void
    run.call(on, ...args, (error: Error | null, value: T) => (error ? reject(error) : resolve(value)))
  })
}

/** A session as express-session would save it. */
export function data(fields: object = {}, maxAge: number | null = 3_600_000): SessionData {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
  return { cookie: { originalMaxAge: maxAge, expires, httpOnly: true, path: '/' }, ...fields } as SessionData
}
