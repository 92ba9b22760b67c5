'use client'

import { useSessionStorage } from 'sojourn/react'
import { type Order, ways } from './order'

const empty: Order = { name: '', street: '', town: '', way: ways[0], note: '' }

/**
 * What the visitor has filled in so far. It stays in the tab: over reloads, Back and other
 * sites, until it is sent, the tab is closed, or somebody signs out.
 */
export function useDraft() {
  return useSessionStorage('checkout', { default: empty, ttl: '12h' })
}
