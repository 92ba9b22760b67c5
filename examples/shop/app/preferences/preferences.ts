import type { ShopSession } from '@/lib/session'

export const themes = ['system', 'light', 'dark'] as const
export const densities = ['airy', 'compact'] as const

/** What the namespace `preferences` holds. */
export interface Preferences {
  theme: (typeof themes)[number]
  density: (typeof densities)[number]
}

/** A session's preferences, completed; the usual ones without a session. */
export function preferencesOf(session: ShopSession | null): Preferences {
  const chosen = session?.namespace<Preferences>('preferences').getAll()
  return { theme: 'system', density: 'airy', ...chosen }
}
