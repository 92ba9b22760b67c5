import { after } from 'next/server'
import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export default function Deferred() {
  return (
    <Suspense>
      <Body />
    </Suspense>
  )
}

async function Body() {
  const session = await getSession()
  after(() => console.log(`after a page: ${session.get('name')}`))
  return <p id="deferred">{session.get('name') ?? 'nobody'}</p>
}
