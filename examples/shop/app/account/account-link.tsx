'use client'

import Link from 'next/link'
import { useSession } from 'sojourn/react'
import type { ShopClient } from '@/lib/session'

/** The link in the header: to the dashboard for somebody signed in, else to the sign-in page. */
export function AccountLink() {
  const { status, data } = useSession<ShopClient>()
  return status === 'authenticated' ? (
    <Link className="pill" href="/dashboard">
      {data?.name}
    </Link>
  ) : (
    <Link className="pill" href="/login">
      Sign in
    </Link>
  )
}
