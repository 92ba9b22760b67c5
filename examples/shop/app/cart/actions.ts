'use server'

import { findProduct } from '@/lib/products'
import { getSession } from '@/lib/session'
import { cartOf } from './cart'

export async function addToCart(form: FormData): Promise<void> {
  const product = findProduct(form.get('product'))
  if (!product) return
  const cart = cartOf(await getSession())
  await cart.increment(product.id)
}

export async function changeQuantity(form: FormData): Promise<void> {
  const product = findProduct(form.get('product'))
  if (!product) return
  const by = form.get('by') === 'less' ? -1 : 1
  const cart = cartOf(await getSession())
  // Atomic like increment(), and can delete: no line stays at zero.
  await cart.update(product.id, (count = 0) => (count + by > 0 ? count + by : undefined))
}

export async function removeFromCart(form: FormData): Promise<void> {
  const product = findProduct(form.get('product'))
  if (!product) return
  const cart = cartOf(await getSession())
  await cart.delete(product.id)
}
