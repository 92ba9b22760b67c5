import Link from 'next/link'
import type { ShopSession } from '@/lib/session'
import { linesOf } from './cart'

/** The link to the cart in the header, with its count. */
export function CartLink({ session }: { session: ShopSession | null }) {
  const lines = session ? linesOf(session) : []
  const count = lines.reduce((sum, line) => sum + line.count, 0)
  return (
    <Link className="pill" href="/cart" aria-label={`Cart, ${count} ${count === 1 ? 'item' : 'items'}`}>
      Cart {count > 0 && <span className="badge">{count}</span>}
    </Link>
  )
}
