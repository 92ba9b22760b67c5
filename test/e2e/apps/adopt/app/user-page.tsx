import { Suspense } from 'react'
import { getSession } from '../lib/session'
import { add } from './actions'

/** Who is signed in, and what was added. */
export function UserPage() {
  return (
    <>
      <Suspense>
        <User />
      </Suspense>
      <form action={add}>
        <button id="add">add</button>
      </form>
    </>
  )
}

async function User() {
  const session = await getSession()
  return (
    <>
      <p id="user">{session.userId ?? 'nobody'}</p>
      <p id="added">{Number(session.get('added') ?? 0)}</p>
    </>
  )
}
