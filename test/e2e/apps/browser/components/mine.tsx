'use client'

import type { ReactNode } from 'react'
import { SessionProvider, useSessionStorage, type SessionProviderProps } from 'sojourn/react'
import { noteSeen } from './seen'

type Initial = SessionProviderProps['initial']

export function Tagged({ initial, children }: { initial: Initial; children: ReactNode }) {
  return (
    <SessionProvider initial={initial} src="/mine/session">
      {children}
    </SessionProvider>
  )
}

export function Draft() {
  const [draft, setDraft] = useSessionStorage('draft', { default: 'empty' })
  noteSeen(draft)
  return <input id="draft" value={draft} onChange={(event) => setDraft(event.target.value)} />
}
