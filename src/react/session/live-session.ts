/**
 * How a page keeps up with its session: what it was rendered with, what its server answers, and
 * what other tabs were told.
 *
 * Answers cross on their way. Of two, the one that was asked for later is right, else the one
 * that the server made later; if an older one names another user, the server is asked again.
 *
 * @module
 */

import type { ClientSession } from '../../core/live/client-session.ts'
import { setOwner } from '../storage/owner.ts'
import { askServer } from './address.ts'
import { connect, type Connection } from './connection.ts'
import { type SessionState, stateOf } from './state.ts'

/** See the module. */
export interface LiveSession {
  readonly state: () => SessionState
  readonly refresh: () => Promise<void>
  /** Takes what the server rendered the page with, and tells no listener: for a render. */
  readonly seed: (view: ClientSession) => void
  /** Tells the listeners and the other tabs of it. */
  readonly settle: () => void
  readonly subscribe: (listener: () => void) => () => void
  /** Begins to listen; asks the server too, unless the page has been rendered with an answer. Returns how to stop. */
  readonly start: (isKnown: boolean) => () => void
}

/** How often a new token may be waited for that another tab is about to get. */
const TRIES = 5
/** Times in milliseconds. A timer can wait no longer than this. */
const LONGEST = 2 ** 31 - 1
const TRY_AGAIN = 300
const AFTER_THE_END = 30_000

/**
 * @param src the address of the Route Handler
 * @param notice how long before the end it is soon, in milliseconds
 */
export function liveSession(src: string, notice: number): LiveSession {
  const listeners = new Set<() => void>()
  const seeded = new WeakSet<ClientSession>()
  let view: ClientSession | null = null
  let state = stateOf(null, false, refresh)
  let takenAt = 0
  let started = false
  let asking = 0
  let connection: Connection | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(next: ClientSession): void {
    // Asked a second time, the server may have forgotten why.
    view = next.tag === null ? { ...next, ended: next.ended ?? view?.ended ?? null } : next
    takenAt = Date.now()
    setOwner(next.tag)
    update()
  }

  function update(): void {
    const next = stateOf(view, left() <= notice, refresh)
    // No component renders again for an answer that says the same.
    if (JSON.stringify(next) !== JSON.stringify(state)) state = next
  }

  /** Milliseconds until the session ends; `Infinity` for a guest. */
  function left(): number {
    return view?.tag != null && view.expiresAt !== null
      ? takenAt + view.expiresAt - view.at - Date.now()
      : Infinity
  }

  /** Takes an answer if it is the newest; `askedAt` is known for our own questions. */
  function offer(next: ClientSession, askedAt = 0): boolean {
    const isNew = view === null || askedAt >= takenAt || next.at >= view.at
    if (isNew) take(next)
    else if (next.tag !== view?.tag) void refresh()
    return isNew
  }

  /** Takes what the server said to this tab, and passes it on. */
  function receive(next: ClientSession | null, askedAt?: number, tries = 0): void {
    if (!next) return void refresh()
    // Another tab has got a new token, and with it the cookie of this one, but not yet.
    if (next.ended === 'rotated' && tries < TRIES)
      return void setTimeout(() => void refresh(tries + 1), TRY_AGAIN * tries)
    if (offer(next, askedAt)) pass()
  }

  async function refresh(tries?: unknown): Promise<void> {
    const askedAt = Date.now()
    asking++
    try {
      const answer = await askServer(src)
      if (answer) receive(answer, askedAt, Number(tries) || 0)
    } catch {
      // Without a network all stays as it is.
    }
    asking--
    update()
    show()
  }

  function pass(): void {
    if (view !== null && view.ended !== 'rotated') connection?.post(view)
    show()
  }

  function settle(): void {
    pass()
    if (connection !== null && view?.ended === 'rotated') void refresh()
  }

  function show(): void {
    for (const listener of listeners) listener()
    connection?.sync()
    clearTimeout(timer)
    const rest = left()
    if (connection === null || rest === Infinity) return
    const wait = rest > notice ? rest - notice : rest > 0 ? rest + 500 : AFTER_THE_END
    timer = setTimeout(() => void refresh(), Math.min(wait, LONGEST))
  }

  function open(asks: boolean): void {
    connection = connect(src, {
      wanted: () => view?.tag != null,
      pushed: receive,
      relayed: (next) => offer(next) && show(),
      focused() {
        if (asking === 0) void refresh()
      },
    })
    settle()
    if (asks) void refresh()
  }

  function close(): void {
    connection?.close()
    connection = null
    clearTimeout(timer)
  }

  return {
    state: () => state,
    refresh,
    seed(next) {
      // React may render with what the page had before, after what it has now.
      if (seeded.has(next)) return
      seeded.add(next)
      offer(next)
    },
    settle,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start(isKnown) {
      const ending = new AbortController()
      const { signal } = ending
      // Started again, it has missed something.
      open(started || !isKnown)
      started = true
      addEventListener('pagehide', close, { signal })
      addEventListener('pageshow', ({ persisted }) => persisted && open(true), { signal })
      return () => {
        ending.abort()
        close()
      }
    },
  }
}
