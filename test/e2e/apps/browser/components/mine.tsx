'use client'

import type { ReactNode } from 'react'
import { useSessionStorage } from 'sojourn/react'
// As the package's own provider does.
import { setOwner } from '../node_modules/sojourn/dist/react/storage/owner.js'
import { noteSeen } from './seen'

export function Tagged({ tag, children }: { tag: string | null; children: ReactNode }) {
  setOwner(tag)
  return children
}

export function Draft() {
  const [draft, setDraft] = useSessionStorage('draft', { default: 'empty' })
  noteSeen(draft)
  return <input id="draft" value={draft} onChange={(event) => setDraft(event.target.value)} />
}
