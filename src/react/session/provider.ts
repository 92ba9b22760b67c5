/**
 * The session of the page, for client components.
 *
 * @module
 */

import type { ReactNode } from 'react'
import type { ClientSession } from '../../core/live/client-session.ts'
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  version,
} from '../react.ts'
import { type DurationText, milliseconds } from '../storage/duration.ts'
import { use } from '../use.ts'
import { defaultAddress } from './address.ts'
import { type LiveSession, liveSession } from './live-session.ts'
import { type SessionState, stateOf } from './state.ts'

/** Properties of `<SessionProvider>`. */
export interface SessionProviderProps {
  /**
   * How things stand when the server renders the page: `await sessions.client()`, or its promise,
   * so that only components wait that use the session (React 19). Default: the server is asked when the page
   * is there.
   */
  initial?: ClientSession | Promise<ClientSession> | undefined
  /**
   * The address of the Route Handler that `sessions.events()` made, with the `basePath` if there
   * is one. Read once. Default `'/api/session'`, in Next.js below the `basePath`.
   */
  src?: string | undefined
  /** How long before the end of the session `endsSoon` is true. Read once. Default `'2m'`. */
  endsSoon?: DurationText | undefined
  children?: ReactNode
}

interface Shared {
  live: LiveSession
  initial: SessionProviderProps['initial']
}

const Context = createContext<Shared | null>(null)

/**
 * Keeps client components up to date with the session: put it around them, in the root layout
 * for example. A sign-out, a revocation or the sign-in of another user is seen by every open
 * tab, in this browser at once and from elsewhere within a second.
 *
 * It also says whose the entries of `useSessionStorage` and `useRestoredList` are: those of
 * another user are removed before anything shows them.
 *
 * @throws `TypeError` for an `endsSoon` without a unit
 */
export function SessionProvider({
  initial,
  src = defaultAddress(),
  endsSoon = '2m',
  children,
}: SessionProviderProps): ReactNode {
  const [live] = useState(() => liveSession(src, milliseconds(endsSoon)))
  const shared = useMemo(() => ({ live, initial }), [live, initial])
  // While rendering, so that no child shows another user's entries.
  if (initial !== undefined && !isPromise(initial)) live.seed(initial)
  useLayoutEffect(() => {
    if (!isPromise(initial)) return live.settle()
    initial.then(
      (view) => {
        live.seed(view)
        live.settle()
      },
      () => {
        // A component that uses the session gets the error.
      },
    )
  }, [live, initial])
  const isKnown = initial !== undefined
  useEffect(() => live.start(isKnown), [live, isKnown])
  return createElement(Context.Provider, { value: shared }, children)
}

/**
 * The session of the page, and whether the visitor is signed in. Renders again when that
 * changes. While the page hydrates it is what the server rendered.
 *
 * @throws `Error` where there is no `<SessionProvider>` above, or its `initial` is a promise before React 19
 */
export function useSession<Client = unknown>(): SessionState<Client> {
  const shared = useContext(Context)
  if (shared === null) throw new Error('useSession needs a <SessionProvider> above it.')
  const { live, initial } = shared
  if (!use && isPromise(initial))
    throw new Error(`A promise as \`initial\` needs React 19. This is React ${version}.`)
  const view = isPromise(initial) ? use!(initial) : initial
  if (view !== undefined) live.seed(view)
  const first = useMemo(() => stateOf(view, false, live.refresh), [view, live])
  return useSyncExternalStore(live.subscribe, live.state, () => first) as SessionState<Client>
}

function isPromise(initial: SessionProviderProps['initial']): initial is Promise<ClientSession> {
  return initial !== undefined && 'then' in initial
}
