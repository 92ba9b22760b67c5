import type { ListPage } from 'sojourn/react'

export interface Found {
  id: number
  title: string
}

/** What was changed in each search; `null` is deleted. All that an application would have in a database. */
const changes = ((globalThis as { changes?: Map<string, string | null> }).changes ??= new Map())

/** 20 items after an id, of 100. */
export function find(q: string, after: number): ListPage<Found, number> {
  const all = Array.from({ length: 100 }, (_, index) => index + 1)
    .map((id) => ({
      id,
      title: changes.get(`${q} ${id}`) ?? `${q} ${id}`,
      isGone: changes.get(`${q} ${id}`) === null,
    }))
    .filter(({ id, isGone }) => id > after && !isGone)
  const items = all.slice(0, 20).map(({ id, title }) => ({ id, title }))
  return { items, cursor: all.length > 20 ? (items.at(-1)?.id ?? null) : null }
}

export function change(q: string, id: number, title: string | null): void {
  changes.set(`${q} ${id}`, title)
}
