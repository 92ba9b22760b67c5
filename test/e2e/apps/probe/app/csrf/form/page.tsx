import { Suspense } from 'react'
import { getSession } from '../../../lib/session'

export default function Page() {
  return (
    <>
      <form action="/csrf/checked" method="post">
        <button id="post">post</button>
      </form>
      <Suspense>
        <Transfer />
      </Suspense>
    </>
  )
}

async function Transfer() {
  const session = await getSession()
  return (
    <form action="/csrf/token" method="post">
      <input name="csrf" type="hidden" defaultValue={session.csrfToken('transfer') ?? ''} />
      <button id="transfer">transfer</button>
    </form>
  )
}
