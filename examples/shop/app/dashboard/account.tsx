import Link from 'next/link'
import type { ShopSession } from '@/lib/session'

/** The link in the header: to the dashboard for somebody signed in, else to the sign-in page. */
export function Account({ session }: { session: ShopSession | null }) {
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
