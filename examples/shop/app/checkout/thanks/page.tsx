import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { Skeleton } from '@/components/skeleton'
import { price } from '@/lib/products'
import { getSession } from '@/lib/session'
import type { Order } from '../order'
import { ForgetDraft } from './forget-draft'

export const metadata: Metadata = { title: 'Thank you' }

export default function ThanksPage() {
  return (
    <div className="sheet narrow">
      <Suspense fallback={<Skeleton lines={3} />}>
        <Thanks />
      </Suspense>
      <p>
        <Link href="/">Back to the shelf</Link>
      </p>
    </div>
  )
}

async function Thanks() {
  const session = await getSession()
  const order = session.readFlash<Order & { total: number }>('order')
  if (!order) return <h1>No order here</h1>
  return (
    <>
      <h1>Thank you, {order.name}</h1>
      <p role="status">
        Things for {price(order.total)} would be on their way to {order.town} {order.way}, if this were a
        shop.
      </p>
      <ForgetDraft />
    </>
  )
}
