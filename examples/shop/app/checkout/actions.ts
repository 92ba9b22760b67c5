'use server'

import { redirect } from 'next/navigation'
import { getSession } from '@/lib/session'
import { cartOf, linesOf, totalOf } from '../cart/cart'
import { orderOf } from './order'

export async function placeOrder(form: FormData): Promise<void> {
  const order = orderOf(form)
  if (!order) redirect('/checkout')

  const session = await getSession()
  const total = totalOf(linesOf(session))
  if (total === 0) redirect('/cart')
  await cartOf(session).clear()
  await session.flash('order', { ...order, total })
  redirect('/checkout/thanks')
}
