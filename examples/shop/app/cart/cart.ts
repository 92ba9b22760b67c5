import type { ShopSession } from '@/lib/session'
import { findProduct, type Product } from '@/lib/products'

/** Something in the cart. */
export interface Line {
  product: Product
  count: number
}

/** The cart: how many of each product. A field for each, so parallel clicks do not meet. */
export function cartOf(session: ShopSession) {
  return session.namespace<Record<string, number>>('cart')
}

/** What is in the cart. */
export function linesOf(session: ShopSession): Line[] {
  return Object.entries(cartOf(session).getAll()).flatMap(([id, count = 0]) => {
    const product = findProduct(id)
    return product ? [{ product, count }] : []
  })
}

/** What all of it costs, in cents. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { product, count }) => sum + product.price * count, 0)
}
