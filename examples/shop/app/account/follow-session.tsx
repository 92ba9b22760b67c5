'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useSession } from 'sojourn/react'
import type { ShopClient } from '@/lib/session'

/**
 * Fetches the page again when somebody else is signed in than the server rendered it for, as
 * after a sign-out in another tab: what it shows of the cart or the dashboard is another's now.
 */
export function FollowSession({ shown }: { shown: string | null }) {
  const { status, data } = useSession<ShopClient>()
  const router = useRouter()
  const name = data?.name ?? null
  useEffect(() => {
    if (status === 'loading' || name === shown) return
    // Where the sign-out was clicked, the new page is on its way already.
    const timer = setTimeout(() => router.refresh(), 1000)
    return () => clearTimeout(timer)
  }, [status, name, shown, router])
  return null
}
