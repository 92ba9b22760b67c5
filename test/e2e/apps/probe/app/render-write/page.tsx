import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export default function RenderWrite() {
  return (
    <Suspense>
      <Writer />
    </Suspense>
  )
}

async function Writer() {
  const session = await getSession()
  await session.set('name', 'written while rendering')
  return <p>written</p>
}
