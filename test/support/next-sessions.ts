/**
 * next-session 4.0.5 and ours, to be asked the same questions.
 *
 * @module
 */

import realSession from 'next-session'
import * as realCompat from 'next-session/lib/compat'
import RealMemoryStore from '../../node_modules/next-session/lib/memory-store.js'
import * as realSymbols from '../../node_modules/next-session/lib/symbol.js'
import * as realUtils from '../../node_modules/next-session/lib/utils.js'
import nextSession, { type Options } from '../../src/next-session.ts'
import { commitHeader } from '../../src/next-session/commit-header.ts'
import * as compat from '../../src/next-session/compat.ts'
import { hash } from '../../src/next-session/hash.ts'
import MemoryStore from '../../src/next-session/memory-store.ts'
import type { SessionData, SessionStore } from '../../src/next-session/types.ts'
import * as symbols from '../../src/next-session/symbol.ts'

/** What an implementation offers. */
export interface Subject {
  name: string
  nextSession: typeof nextSession
  compat: typeof compat
  MemoryStore: typeof MemoryStore
  symbols: typeof symbols
  hash: typeof hash
  commitHeader: typeof commitHeader
}

export const ours: Subject = {
  name: 'sojourn/next-session',
  nextSession,
  compat,
  MemoryStore,
  symbols,
  hash,
  commitHeader,
}

export const theirs: Subject = {
  name: 'next-session',
  nextSession: interop(realSession),
  compat: realCompat,
  MemoryStore: RealMemoryStore,
  symbols: realSymbols,
  ...realUtils,
} as unknown as Subject

export type { Options, SessionData }

/** A store in a Map that notes what it was asked, as JSON has it. */
export class NotingStore implements SessionStore {
  readonly kept: Map<string, string> = new Map()
  readonly calls: string[] = []

  async get(sid: string): Promise<SessionData | null> {
    this.calls.push(`get ${sid}`)
    const text = this.kept.get(sid)
    return text === undefined ? null : (JSON.parse(text) as SessionData)
  }

  async set(sid: string, session: SessionData): Promise<void> {
    this.calls.push(`set ${sid}`)
    this.kept.set(sid, JSON.stringify(session))
  }

  async destroy(sid: string): Promise<void> {
    this.calls.push(`destroy ${sid}`)
    this.kept.delete(sid)
  }

  async touch(sid: string, session: SessionData): Promise<void> {
    this.calls.push(`touch ${sid}`)
    if (this.kept.has(sid)) this.kept.set(sid, JSON.stringify(session))
  }

  /** What is kept under an id. */
  read(sid: string): SessionData | undefined {
    const text = this.kept.get(sid)
    return text === undefined ? undefined : (JSON.parse(text) as SessionData)
  }
}

/** Compiled for both kinds of modules, some loaders give the namespace for the default. */
function interop(module: unknown): unknown {
  return typeof module === 'function' ? module : (module as { default: unknown }).default
}
