/**
 * How a tab learns of changes: from its browser's other tabs, from the server over a stream that
 * one tab holds for all, and by asking when the visitor comes back to the page.
 *
 * @module
 */

import type { ClientSession } from '../../core/live/client-session.ts'
import { sayNotLive } from './address.ts'

/** What is told of changes. */
export interface Receiver {
  /** Whether there is anything that the server could tell of. */
  wanted(): boolean
  /** The server has said something; `null`: only that there is something new. */
  pushed(view: ClientSession | null): void
  /** Another tab knows this. */
  relayed(view: ClientSession): void
  /** The visitor is back. */
  focused(): void
}

/** See the module. */
export interface Connection {
  /** Tells the other tabs. */
  post(view: ClientSession): void
  /** Opens the stream or closes it, as things stand. */
  sync(): void
  close(): void
}

/** Milliseconds until the stream is tried again that the server would not open. */
const RETRY = 30_000

/**
 * Begins to listen. What the browser lacks or refuses, as test environments, private windows and
 * sandboxed frames do, is not used: then the focus tells.
 */
export function connect(src: string, receiver: Receiver): Connection {
  const name = `sojourn:${src}`
  const channel = attempt(() => new BroadcastChannel(name))
  const closing = new AbortController()
  const { signal } = closing
  let locks = attempt(() => navigator.locks)
  let leads = false
  let stream: EventSource | null = null

  function sync(): void {
    // HTTP/1.1 has six connections for a host: without locks to agree, only what is seen takes one.
    const isWanted = !signal.aborted && (locks ? leads : !document.hidden) && receiver.wanted()
    if (!isWanted) {
      stream?.close()
      stream = null
    } else if (stream === null) listen()
  }

  function listen(): void {
    const opened = attempt(() => new EventSource(src))
    if (!opened) return sayNotLive(src, 'EventSource does not work here')
    stream = opened
    opened.onmessage = ({ data }) => receiver.pushed(attempt(() => JSON.parse(data)) ?? null)
    opened.onerror = () => {
      // What is only interrupted is opened again by the browser.
      if (opened.readyState < 2) return
      // An answer tells how things stand, or what is wrong with the address.
      receiver.pushed(null)
      setTimeout(() => {
        if (stream !== opened) return
        stream = null
        sync()
      }, RETRY)
    }
  }

  function look(): void {
    sync()
    if (!document.hidden) receiver.focused()
  }

  /** Waits until it is this tab's turn. Resolves when its turn is over. */
  async function lead(): Promise<void> {
    try {
      await locks?.request(name, { signal }, () => {
        // Granted before it was closed, asked after: it would be held for ever.
        if (signal.aborted) return
        leads = true
        sync()
        return new Promise<void>((release) => signal.addEventListener('abort', () => release()))
      })
    } catch {
      if (signal.aborted) return
      locks = null
      sync()
    }
  }

  if (channel) channel.onmessage = ({ data }) => receiver.relayed(data)
  addEventListener('focus', look, { signal })
  document.addEventListener('visibilitychange', look, { signal })
  void lead()

  return {
    post: (view) => channel?.postMessage(view),
    sync,
    close() {
      closing.abort()
      sync()
      channel?.close()
    },
  }
}

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work()
  } catch {
    return null
  }
}
