import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { requireSession } from '../../lib/session'

export default function Private() {
  return (
    <Suspense>
      <Body />
    </Suspense>
  )
}

async function Body() {
  const session = await requireSession(() => redirect('/counter'))
  return <p id="private">{session.userId}</p>
}
