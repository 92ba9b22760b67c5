'use client'

import { memo } from 'react'
import { useSession } from 'sojourn/react'
import type { Known } from '../lib/session'

/** Says who is signed in, and keeps what it ever said. */
export const Badge = memo(function Badge() {
  const { status, data, endsSoon, ended, refresh } = useSession<Known>()
  const text = `${status} ${data?.name ?? 'nobody'} ${data?.visits ?? '-'} ${endsSoon ? 'soon' : 'later'} ${ended ?? 'alive'}`
  if (typeof window !== 'undefined') {
    const said = ((window as { badges?: string[] }).badges ??= [])
    if (said.at(-1) !== text) said.push(text)
  }
  return (
    <>
      <p id="badge">{text}</p>
      <button id="refresh" onClick={() => void refresh()}>
        refresh
      </button>
    </>
  )
})
