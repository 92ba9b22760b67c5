/**
 * The Route Handler that keeps client components up to date.
 *
 * @module
 */

import { headers } from 'next/headers.js'
import type { ToClient } from '../core/live/client-session.ts'
import { sessionEvents, type EventsOptions, type SessionEvents } from '../core/live/route.ts'
import type { Sessions } from '../core/sessions.ts'

/** Makes it. */
export function createEvents<Data extends object, Client>(
  sessions: Sessions<Data>,
  toClient: ToClient<Data, Client> | undefined,
  options?: EventsOptions,
): SessionEvents {
  const { GET } = sessionEvents(sessions, toClient, options)
  return {
    async GET(request) {
      // Or Next.js would take it for one whose answer is always the same.
      await headers()
      return GET(request)
    },
  }
}
