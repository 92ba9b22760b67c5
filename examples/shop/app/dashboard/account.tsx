import Link from 'next/link'
import { optional } from '@/lib/optional'
import { getSession } from '@/lib/session'

/** The link in the header: to the dashboard for somebody signed in, else to the sign-in page. */
export async function Account() {
  const session = await optional(getSession(), null)
  return session?.userId ? (
    <Link className="pill" href="/dashboard">
      {session.get('name')}
    </Link>
  ) : (
    <Link className="pill" href="/login">
      Sign in
    </Link>
  )
}
