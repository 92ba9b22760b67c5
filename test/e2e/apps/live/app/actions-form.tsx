import Link from 'next/link'
import { count, leave, signInAda, signInBob, signInBriefly, stay } from './actions'

export function Actions() {
  return (
    <>
      <form action={signInAda}>
        <button id="ada">sign in as ada</button>
      </form>
      <form action={signInBob}>
        <button id="bob">sign in as bob</button>
      </form>
      <form action={signInBriefly}>
        <button id="briefly">sign in briefly</button>
      </form>
      <form action={count}>
        <button id="count">count</button>
      </form>
      <form action={stay}>
        <button id="stay">stay</button>
      </form>
      <form action={leave}>
        <button id="leave">sign out</button>
      </form>
      <Link href="/awaited" prefetch={false}>
        awaited
      </Link>
    </>
  )
}
