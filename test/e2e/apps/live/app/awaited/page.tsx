import { Suspense } from 'react'
import { SessionProvider } from 'sojourn/react'
import { sessions } from '../../lib/session'
import { Badge } from '../badge'

/** A provider of its own, which waits for the session. */
export default function Page() {
  return (
    <Suspense>
      <Awaited />
    </Suspense>
  )
}

async function Awaited() {
  return (
    <SessionProvider initial={await sessions.client()}>
      <Badge />
    </SessionProvider>
  )
}
