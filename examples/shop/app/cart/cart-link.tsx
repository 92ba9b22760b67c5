import Link from 'next/link'
import { optional } from '@/lib/optional'
import { countCart } from './cart'

/** The link to the cart in the header, with its count. */
export async function CartLink() {
  const count = await optional(countCart(), 0)
  return (
    <Link className="pill" href="/cart" aria-label={`Cart, ${count} ${count === 1 ? 'item' : 'items'}`}>
      Cart {count > 0 && <span className="badge">{count}</span>}
    </Link>
  )
}
