import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { Skeleton } from '@/components/skeleton'
import { price } from '@/lib/products'
import { getSession } from '@/lib/session'
import { linesOf, totalOf } from '../cart/cart'
import { Wizard } from './wizard'

export const metadata: Metadata = { title: 'Check out' }

export default function CheckoutPage() {
  return (
    <div className="sheet">
      <h1>Check out</h1>
      <Suspense fallback={<Skeleton lines={5} />}>
        <Checkout />
      </Suspense>
    </div>
  )
}

async function Checkout() {
  const lines = linesOf(await getSession())
  if (lines.length === 0) {
    return (
      <p>
        There is nothing in your cart. <Link href="/">Look at the shelf.</Link>
      </p>
    )
  }
  return (
    <Wizard>
      <ul>
        {lines.map(({ product, count }) => (
          <li key={product.id}>
            {count} × {product.name}
          </li>
        ))}
      </ul>
      <p className="total">
        Total <strong>{price(totalOf(lines))}</strong>
      </p>
    </Wizard>
  )
}
