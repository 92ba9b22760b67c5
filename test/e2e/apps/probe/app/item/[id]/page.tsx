import { Suspense } from 'react'
import { getSession } from '../../../lib/session'

export default function Item({ params }: { params: Promise<{ id: string }> }) {
  return (
    <Suspense>
      <Body params={params} />
    </Suspense>
  )
}

async function Body({ params }: { params: Promise<{ id: string }> }) {
  const session = await getSession()
  return <p id="item">{`${(await params).id} ${session.get('name') ?? 'nobody'}`}</p>
}
