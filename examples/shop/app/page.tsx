import { ProductArt } from '@/components/product-art'
import { Submit } from '@/components/submit'
import { price, products } from '@/lib/products'
import { addToCart } from './cart/actions'

export default function ShopPage() {
  return (
    <>
      <div className="opening">
        <h1>Things for a longer stay</h1>
        <p>Fill the cart, stop the server, start it again: everything is still there.</p>
      </div>
      <ul className="shelf">
        {products.map(({ id, name, text, price: cents }) => (
          <li key={id} className="product">
            <ProductArt id={id} />
            <h2>{name}</h2>
            <p>{text}</p>
            <form action={addToCart}>
              <input type="hidden" name="product" value={id} />
              <span className="price">{price(cents)}</span>
              <Submit aria-label={`Add ${name} to cart`}>Add</Submit>
            </form>
          </li>
        ))}
      </ul>
    </>
  )
}
