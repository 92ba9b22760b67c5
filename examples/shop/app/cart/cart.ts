import { findProduct, type Product } from '@/lib/products'
import { getSession } from '@/lib/session'

/** How many of each product, by product id. */
type Cart = Record<string, number>

/** Something in the cart. */
export interface Line {
  product: Product
  count: number
}

/** The cart, for reading and writing: one field for each product, so parallel clicks do not meet. */
export async function getCart() {
  const session = await getSession()
  return session.namespace<Cart>('cart')
}

/** What is in the cart. */
export async function readCart(): Promise<Line[]> {
  const cart = await getCart()
  return Object.entries(cart.getAll()).flatMap(([id, count = 0]) => {
    const product = findProduct(id)
    return product ? [{ product, count }] : []
  })
}

export async function countCart(): Promise<number> {
  const lines = await readCart()
  return lines.reduce((sum, { count }) => sum + count, 0)
}
