import { Suspense } from 'react'
import { getSession } from '../../lib/session'

export default function Cart() {
  return (
    <Suspense>
      <Body />
    </Suspense>
  )
}

async function Body() {
  const session = await getSession()
  return (
    <p id="cart">
      {session.readFlash<string>('notice') ?? 'no notice'}, {session.get('name') ?? 'no name'}
    </p>
  )
}
