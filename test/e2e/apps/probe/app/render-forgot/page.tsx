import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export default function RenderForgot() {
  return (
    <Suspense>
      <Writer />
    </Suspense>
  )
}

async function Writer() {
  const session = await getSession()
  void session.set('name', 'written while rendering, and not awaited')
  return <p id="shown">shown</p>
}
