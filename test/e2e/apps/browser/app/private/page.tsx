import { cookies } from 'next/headers'
import { Suspense } from 'react'
import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function PrivatePage() {
  return (
    <Suspense fallback={<p>…</p>}>
      <Streamed />
    </Suspense>
  )
}

async function Streamed() {
  await cookies()
  return <List name="posts" initial={itemsFrom(0, 20)} />
}
