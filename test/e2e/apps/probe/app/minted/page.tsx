import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export default function Minted() {
  return (
    <Suspense>
      <Body />
    </Suspense>
  )
}

async function Body() {
  const session = await getSession()
  return <p id="minted">{session.id ?? 'none'}</p>
}
