/**
 * Stores that fail on demand, and a server that answers as the documentation has it.
 *
 * @module
 */

import { isSessionError } from '../../src/index.ts'
import nextSession, { type Options } from '../../src/next-session.ts'
import type { Site } from './http-visit.ts'
import type { NotingStore } from './next-sessions.ts'
import { serveHere, storeWith, type SessionHandler } from './session-app.ts'

export type StoreVerb = 'get' | 'set' | 'destroy' | 'touch'

/** Ways to fail. */
export const FAULTS: Record<string, () => unknown> = {
  rejects: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:6379')),
  'rejects with what is no error': () => Promise.reject('no'), // oxlint-disable-line prefer-promise-reject-errors -- some do
  'throws synchronously': () => {
    throw new Error('no connection')
  },
  'never answers': () => new Promise(() => {}),
}

/** Something that needs each method of the store. */
export const ACTIONS: Record<StoreVerb, SessionHandler> = {
  get: (_, __, res) => res.end('fine'),
  set: (session, _, res) => {
    session['user'] = `${session['user']}a`
    res.end('fine')
  },
  touch: (session, _, res) => {
    session.touch()
    res.end('fine')
  },
  destroy: async (session, _, res) => {
    await session.destroy()
    res.end('fine')
  },
}

/** A server that turns what getSession rejects with into a status. Its stores have 40 ms to answer. */
export function carefulApp(options: Options, handler: SessionHandler): Promise<Site> {
  const getSession = nextSession({ timeout: '40ms', ...options })
  return serveHere(async (req, res) => {
    try {
      await handler(await getSession(req, res), req, res, getSession)
    } catch (error) {
      res.statusCode = isSessionError(error) ? error.status : 500
      res.end(isSessionError(error) ? error.code : String(error))
    }
  })
}

/** A store with one session, `foo`, whose one method fails as long as `isBroken`. */
export function breaking(
  verb: StoreVerb,
  fault: () => unknown,
): { store: NotingStore; state: { isBroken: boolean } } {
  const expires = new Date(Date.now() + 60_000)
  const store = storeWith({ user: 'ann' }, { maxAge: 60, expires })
  const state = { isBroken: true }
  const works = store[verb].bind(store) as (...args: unknown[]) => unknown
  Object.assign(store, { [verb]: (...args: unknown[]) => (state.isBroken ? fault() : works(...args)) })
  return { store, state }
}

/** Keeps the warnings of the process from being printed, and gives them. */
export function captureWarnings(): { messages: string[]; restore: () => void } {
  const messages: string[] = []
  const printers = process.listeners('warning')
  const note = (warning: Error): void => void messages.push(warning.message)
  process.removeAllListeners('warning')
  process.on('warning', note)
  return {
    messages,
    restore() {
      process.off('warning', note)
      for (const printer of printers) process.on('warning', printer)
    },
  }
}
