import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { ProductArt } from '@/components/product-art'
import { Skeleton } from '@/components/skeleton'
import { Submit } from '@/components/submit'
import { price } from '@/lib/products'
import { getSession } from '@/lib/session'
import { changeQuantity, removeFromCart } from './actions'
import { linesOf, totalOf, type Line } from './cart'

export const metadata: Metadata = { title: 'Cart' }

export default function CartPage() {
  return (
    <div className="sheet">
      <h1>Your cart</h1>
      <Suspense fallback={<Skeleton lines={4} />}>
        <CartLines />
      </Suspense>
    </div>
  )
}

async function CartLines() {
  const lines = linesOf(await getSession())
  if (lines.length === 0) {
    return (
      <p>
        Nothing here yet. <Link href="/">Look at the shelf.</Link>
      </p>
    )
  }
  return (
    <>
      <ul className="lines">
        {lines.map((line) => (
          <CartLine key={line.product.id} {...line} />
        ))}
      </ul>
      <p className="total">
        Total <strong>{price(totalOf(lines))}</strong>
      </p>
      <Link className="button" href="/checkout">
        Check out
      </Link>
    </>
  )
}

function CartLine({ product, count }: Line) {
  return (
    <li>
      <ProductArt id={product.id} />
      <h2>{product.name}</h2>
      <form action={changeQuantity}>
        <input type="hidden" name="product" value={product.id} />
        <Submit className="round" name="by" value="less" aria-label={`One ${product.name} less`}>
          −
        </Submit>
        <output aria-label="Quantity">{count}</output>
        <Submit className="round" name="by" value="more" aria-label={`One ${product.name} more`}>
          +
        </Submit>
        <Submit className="plain" formAction={removeFromCart} aria-label={`Remove ${product.name}`}>
          Remove
        </Submit>
      </form>
      <span className="price">{price(product.price * count)}</span>
    </li>
  )
}
