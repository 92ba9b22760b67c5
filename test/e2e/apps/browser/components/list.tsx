'use client'

import Link from 'next/link'
import { type ListPage, useRestoredList } from 'sojourn/react'
import type { Item } from '../lib/items'
import { noteSeen } from './seen'

interface Props {
  name: string
  initial: ListPage<Item, number>
  /** How many items one request brings. */
  count?: number
  limit?: number
  action?: (from: number) => Promise<ListPage<Item, number>>
}

async function fetchItems(from: number, count: number, signal: AbortSignal): Promise<ListPage<Item, number>> {
  const response = await fetch(`/api/items?from=${from}&count=${count}`, { signal })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const { items, cursor } = await response.json()
  return { cursor, items: items.map((item: { at: number }) => ({ ...item, at: new Date(item.at) })) }
}

export function List({ name, initial, count = 20, limit, action }: Props) {
  const list = useRestoredList<Item, number>({
    key: name,
    initial,
    getKey: (item) => item.id,
    loadMore: action ?? ((from, { signal }) => fetchItems(from, count, signal)),
    ...(limit !== undefined && { limit }),
  })
  noteSeen(`${name} ${list.items.length}`)
  return (
    <section id={name}>
      {list.hasPrevious && (
        <button className="previous" onClick={() => void list.loadPrevious()}>
          earlier
        </button>
      )}
      <ul style={{ margin: 0, padding: 0 }}>
        {list.items.map((item) => (
          <li key={item.id} {...list.itemProps(item)} style={{ height: 30 + (item.id % 7) * 5.5 }}>
            <Link href={`/item/${item.id}`} prefetch={false}>
              {item.title}
            </Link>{' '}
            {item.at.getUTCFullYear()}
          </li>
        ))}
      </ul>
      <p className="error">{list.error?.message}</p>
      {!list.end && (
        <button className="more" onClick={() => void list.loadMore()}>
          {list.loading ? 'loading' : 'more'}
        </button>
      )}
    </section>
  )
}
