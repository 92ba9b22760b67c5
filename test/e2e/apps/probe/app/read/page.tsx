import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export async function generateMetadata(): Promise<Metadata> {
  const session = await getSession()
  return { title: `read ${session.get('name') ?? 'nobody'}` }
}

export default function Read() {
  return (
    <Suspense>
      <Name id="one" />
      <Name id="two" />
      <Name id="three" />
      <Link id="to-counter" href="/counter" prefetch={false}>
        counter
      </Link>
    </Suspense>
  )
}

async function Name({ id }: { id: string }) {
  const session = await getSession()
  return <p id={id}>{session.get('name') ?? 'nobody'}</p>
}
