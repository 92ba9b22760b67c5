import type { ListPage } from 'sojourn/react'

export interface Item {
  id: number
  title: string
  at: Date
}

const TOTAL = 6000

/** The items after `start`. Their text is the same whenever it is asked for. */
export function itemsFrom(start: number, count: number): ListPage<Item, number> {
  const length = Math.min(count, TOTAL - start)
  const items = Array.from({ length }, (_, index) => itemOf(start + index))
  return { items, cursor: start + length < TOTAL ? start + length : null }
}

function itemOf(id: number): Item {
  return { id, title: `Post number ${id}`, at: new Date(Date.UTC(2026, 0, 1) + id * 86_400_000) }
}
