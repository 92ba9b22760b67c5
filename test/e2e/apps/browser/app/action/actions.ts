'use server'

import { itemsFrom } from '../../lib/items'

export async function moreItems(from: number) {
  return itemsFrom(from, 20)
}
