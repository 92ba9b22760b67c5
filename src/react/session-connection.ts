/**
 * How a tab is told: by its browser's other tabs, by the server over a stream that one tab
 * holds for all, and by whoever looks at the page again.
 *
 * @module
 */

import type { ClientSession } from '../core/client-session.ts'

/** Whom to tell. */
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

/** Begins to listen. */
export function connect(src: string, receiver: Receiver): Connection {
  const { locks } = navigator
  const name = `sojourn:${src}`
  const channel = new BroadcastChannel(name)
  const closing = new AbortController()
  const { signal } = closing
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
    const opened = new EventSource(src)
    stream = opened
    opened.onmessage = ({ data }) => receiver.pushed(JSON.parse(data))
    opened.onerror = () => {
      // What is only interrupted is opened again by the browser.
      if (opened.readyState < 2) return
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

  channel.onmessage = ({ data }) => receiver.relayed(data)
  addEventListener('focus', look, { signal })
  document.addEventListener('visibilitychange', look, { signal })
  locks
    ?.request(name, { signal }, () => {
      leads = true
      sync()
      return new Promise((release) => {
        signal.onabort = release
      })
    })
    .catch(() => {
      // Closed before it was this tab's turn.
    })

  return {
    post: (view) => channel.postMessage(view),
    sync,
    close() {
      closing.abort()
      sync()
      channel.close()
    },
  }
}
