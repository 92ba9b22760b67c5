/**
 * Which entry of the tab's history is shown. Its key survives reloads, and is the same
 * again after Back and Forward.
 *
 * @module
 */

import { useLayoutEffect, useReducer } from '../react.ts'

/**
 * The key of the current entry. Right in effects only: while a push renders, the browser is
 * still at the entry before.
 */
export function currentHistoryKey(): string {
  // Safari before 26.2 and Firefox before 147 have no Navigation API.
  const entry = (window as { navigation?: Navigation }).navigation?.currentEntry
  if (entry) return entry.key
  const state = history.state as { sojourn?: string } | null
  if (state?.sojourn) return state.sojourn
  const historyKey = `${Math.random()}`
  // Routers keep their own state there.
  history.replaceState({ ...state, sojourn: historyKey }, '')
  return historyKey
}

/** The key of the entry that shows the component; `null` in its first render. */
export function useHistoryKey(wanted: boolean): string | null {
  const [historyKey, arrive] = useReducer((_: string | null, next: string | null) => next, null)
  useLayoutEffect(() => {
    if (!wanted) return
    const { href } = location
    // While a traversal to another page waits for it, the entry is already that page's.
    const look = (): void => {
      if (location.href === href) arrive(currentHistoryKey())
    }
    look()
    addEventListener('popstate', look)
    return () => removeEventListener('popstate', look)
  }, [wanted])
  return wanted ? historyKey : null
}
