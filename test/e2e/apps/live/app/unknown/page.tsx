import { SessionProvider } from 'sojourn/react'
import { Badge } from '../badge'

/** A page that knows nothing of any session when it is rendered. */
export default function Page() {
  return (
    <SessionProvider>
      <Badge />
    </SessionProvider>
  )
}
