/**
 * A response of server-sent events: it says that it lives, and ends when its time is over or
 * the browser has gone.
 *
 * @module
 */

/** What is behind such a response. */
export interface EventStream {
  /** Sends text as it is. Does nothing after the end. */
  send(text: string): void
  /** Ends the response; once is enough. */
  end(): void
  /** Calls `work` at the end, on either side. */
  onEnd(work: () => void): void
}

/** Proxies close what is silent for a minute, some for half of one. In milliseconds. */
const HEARTBEAT = 15_000

/** The text of an event with some JSON. */
export function message(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

/**
 * Makes the response.
 *
 * @param signal of the request
 * @param lifetime milliseconds
 * @param headers more of them
 * @param begin gets the stream when it is open
 */
export function eventStream(
  signal: AbortSignal,
  lifetime: number,
  headers: Record<string, string>,
  begin: (stream: EventStream) => void,
): Response {
  const encoder = new TextEncoder()
  const atEnd: (() => void)[] = []
  let isOpen = true

  function end(): void {
    if (!isOpen) return
    isOpen = false
    for (const work of atEnd) work()
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(text))
      }
      const beating = setInterval(send, HEARTBEAT, ':\n\n')
      const limited = setTimeout(end, Math.min(lifetime, 2_147_483_647))
      atEnd.push(() => {
        clearInterval(beating)
        clearTimeout(limited)
        signal.removeEventListener('abort', end)
        close(controller)
      })
      if (signal.aborted) return end()
      signal.addEventListener('abort', end)
      begin({ send, end, onEnd: (work) => (isOpen ? void atEnd.push(work) : work()) })
    },
    cancel: end,
  })
  return new Response(body, {
    headers: {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      // Compression would hold back what is sent; nginx would, too.
      'cache-control': `${headers['cache-control'] ?? 'no-store'}, no-transform`,
      'x-accel-buffering': 'no',
    },
  })
}

function close(controller: ReadableStreamDefaultController): void {
  try {
    controller.close()
  } catch {
    // The browser has gone, and the stream with it.
  }
}
