import { SessionProvider } from 'sojourn/react'
import { Badge } from '../badge'

/** A provider that was given a wrong address. */
export default function Page() {
  return (
    <SessionProvider src="/nowhere">
      <Badge />
    </SessionProvider>
  )
}
