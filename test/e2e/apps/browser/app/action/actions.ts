'use server'

import { itemsFrom } from '../../lib/items'

export async function moreItems(from: number, count = 20) {
  return itemsFrom(from, count)
}
