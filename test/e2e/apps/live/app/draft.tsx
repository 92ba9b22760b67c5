'use client'

import { useSession, useSessionStorage } from 'sojourn/react'
import type { Known } from '../lib/session'

/** A text that belongs to whoever wrote it. */
export function Draft() {
  const { data } = useSession<Known>()
  const [draft, setDraft] = useSessionStorage('draft', { default: '' })
  const seen = `${data?.name ?? 'nobody'}:${draft}`
  if (typeof window !== 'undefined') ((window as { drafts?: string[] }).drafts ??= []).push(seen)
  return (
    <>
      <input id="draft" value={draft} onChange={(event) => setDraft(event.target.value)} />
      <p id="seen">{seen}</p>
    </>
  )
}
