/**
 * What a browser asks to stay up to date with its session: its view as JSON, or a stream that
 * tells of the end (server-sent events, WHATWG HTML section 9.2).
 *
 * Neither changes anything: a page that is left open keeps no session alive.
 *
 * @module
 */

import { NO_STORE } from '../no-store.ts'
import type { Living } from '../record/meta.ts'
import { clientSession, type ClientSession, type ToClient } from './client-session.ts'
import { milliseconds, type Duration } from '../record/duration.ts'
import { isSessionError } from '../errors.ts'
import { eventStream, message, type EventStream } from './event-stream.ts'
import { checkAll, type Known } from '../check-options.ts'
import { lookAt, watchOf, type Sessions } from '../sessions.ts'
import { onShutdown } from './shutdown.ts'

/** Options of `events`. */
export interface EventsOptions {
  /**
   * How often the store is asked about the sessions of open streams, one read for each: as long
   * may pass until the end of a session in another process is seen. In this process it is seen
   * at once. Default `'500ms'`; `'5s'` with `upstashStore`, where each read is a request that costs.
   */
  interval?: Duration | undefined
  /** After which time a stream ends, and the browser opens the next. Default `'10m'`. */
  lifetime?: Duration | undefined
  /**
   * How many streams this process serves at a time. Browsers beyond them are told how things
   * stand, and ask again after half a minute. Default 1000.
   */
  limit?: number | undefined
}

/** The functions of a route. */
export interface SessionEvents {
  /** Answers `text/event-stream` with a stream, everything else with JSON. */
  GET(this: void, request: Request): Promise<Response>
}

const KNOWN: Record<keyof EventsOptions, Known> = {
  interval: [() => true, ''],
  lifetime: [() => true, ''],
  limit: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number'],
}
const PRIVATE = { 'cache-control': NO_STORE, vary: 'Accept, Cookie' }
/** One browser opens one stream, or one for each window where it cannot agree on one. */
const MOST_OF_ONE = 12
/** In milliseconds: soon, but not all at once after a restart. */
const RETRY = [500, 1500] as const
const RETRY_WHEN_FULL = [25_000, 35_000] as const
/** A server that was told to stop does so within a minute, or it goes on. In milliseconds. */
const STOPPING = 60_000
/** What a stream says when only the browser can ask how things stand. */
const ASK = null

/**
 * Makes the functions of the route.
 * @throws `ERR_OPTION_INVALID`
 */
export function sessionEvents<Data extends object, Client>(
  sessions: Sessions<Data>,
  toClient: ToClient<Data, Client> | undefined,
  options: EventsOptions = {},
): SessionEvents {
  checkAll(options, KNOWN, 'events.')
  const { interval, lifetime = '10m', limit = 1000 } = options
  const watch = watchOf(
    sessions,
    interval === undefined ? undefined : milliseconds(interval, 'events.interval'),
  )
  const life = milliseconds(lifetime, 'events.lifetime')
  const streams = new Set<EventStream>()
  let stopWaiting = (): void => {}
  let stopsUntil = -Infinity

  async function look(header: string | null): Promise<{ view: ClientSession; living: Living | null }> {
    const { session, living } = await lookAt(sessions, header)
    return { view: await clientSession(session, toClient), living }
  }

  /** Tells of the end, once. */
  function follow(stream: EventStream, header: string | null, living: Living): void {
    const stop = watch.watch(living, () => void tell(stream, header))
    if (streams.size === 0) stopWaiting = onShutdown(endAll)
    streams.add(stream)
    stream.onEnd(() => {
      stop()
      streams.delete(stream)
      if (streams.size === 0) stopWaiting()
    })
  }

  function endAll(): void {
    stopsUntil = performance.now() + STOPPING
    for (const stream of streams) stream.end()
  }

  async function tell(stream: EventStream, header: string | null): Promise<void> {
    try {
      const { view } = await look(header)
      // With a new token only the browser can ask how things stand, for only it has that.
      const isOver = view.tag === null && view.ended !== 'rotated'
      stream.send(message(isOver ? view : ASK))
    } catch {
      // The browser opens the next stream, and its request gets the error.
    }
    stream.end()
  }

  async function answer(request: Request): Promise<Response> {
    const header = request.headers.get('cookie')
    const { view, living } = await look(header)
    const wantsStream =
      request.method === 'GET' && request.headers.get('accept')?.includes('text/event-stream')
    if (wantsStream !== true) return Response.json(view, { headers: PRIVATE })
    const follows = view.tag === null ? null : living
    const isFull =
      follows !== null && (streams.size >= limit || watch.watching(follows.identity.key) >= MOST_OF_ONE)
    const [least, most] = isFull ? RETRY_WHEN_FULL : RETRY
    const retry = Math.round(least + Math.random() * (most - least))
    // Else browsers would come back on a connection that the server waits for.
    const isStopping = performance.now() < stopsUntil
    const headers = isStopping ? { ...PRIVATE, connection: 'close' } : PRIVATE
    return eventStream(request.signal, life * (0.9 + Math.random() * 0.1), headers, (stream) => {
      stream.send(`retry: ${retry}\n${message(view)}`)
      if (follows === null || isFull || isStopping) stream.end()
      else follow(stream, header, follows)
    })
  }

  return {
    async GET(request) {
      try {
        return await answer(request)
      } catch (error) {
        if (isSessionError(error)) return error.getResponse()
        throw error
      }
    },
  }
}
