import Link from 'next/link'
import { Suspense } from 'react'
import { getSession } from '../../lib/session'
import { increment, leave, signIn } from './actions'

export default function Counter() {
  return (
    <>
      <Suspense>
        <Count />
      </Suspense>
      <form action={increment}>
        <button id="increment">+1</button>
      </form>
      <form action={signIn}>
        <button id="sign-in">sign in</button>
      </form>
      <form action={leave}>
        <button id="leave">sign out</button>
      </form>
      <Link id="to-links" href="/links" prefetch={false}>
        links
      </Link>
      <Link id="to-read" href="/read" prefetch={false}>
        read
      </Link>
    </>
  )
}

async function Count() {
  const session = await getSession()
  const notice = session.readFlash<string>('notice')
  return (
    <>
      <p id="count">{session.get('count') ?? 0}</p>
      <p id="user">{session.userId ?? 'nobody'}</p>
      <p id="notice">{notice ?? 'none'}</p>
    </>
  )
}
