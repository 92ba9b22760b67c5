/** Something on the shelf. */
export interface Product {
  id: string
  name: string
  text: string
  /** In cents. */
  price: number
}

export const products: readonly Product[] = [
  {
    id: 'mug',
    name: 'Harbour mug',
    text: 'Enamel, chipped once already, so you need not worry.',
    price: 1800,
  },
  { id: 'lantern', name: 'Late lantern', text: 'Burns until the last guest has gone to bed.', price: 6400 },
  {
    id: 'blanket',
    name: 'Field blanket',
    text: 'Three stripes of wool for the north side of the house.',
    price: 12000,
  },
  { id: 'notebook', name: 'Window notebook', text: 'For what you see when it rains. 96 pages.', price: 1400 },
  { id: 'kettle', name: 'Slow kettle', text: 'Takes its time. So will you.', price: 5800 },
  { id: 'key', name: 'Spare key', text: 'Brass, on a ribbon. Come back whenever you like.', price: 2200 },
]

export function findProduct(id: unknown): Product | undefined {
  return products.find((product) => product.id === id)
}

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })

/** An amount in cents, as text. */
export function price(cents: number): string {
  return euros.format(cents / 100)
}
