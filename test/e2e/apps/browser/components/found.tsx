'use client'

import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { type ListPage, useRestoredList } from 'sojourn/react'
import { changeItem, findMore } from '../app/found/actions'
import type { Found as Item } from '../lib/found'

const NOTHING: ListPage<Item, number> = { items: [], cursor: 0 }

export function Found({ q, initial }: { q: string; initial: ListPage<Item, number> }) {
  const list = useRestoredList<Item, number>({
    key: 'posts',
    initial,
    getKey: (item) => item.id,
    loadMore: (from) => findMore(q, from),
  })
  const router = useRouter()
  /** The item that the buttons are about. */
  const [id, setId] = useState('3')
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  const title = `${q} changed`
  return (
    <section id="posts">
      <div style={{ position: 'fixed', right: 100, top: 0, display: 'grid' }}>
        <h1>{q}</h1>
        <input id="id" value={id} onChange={(event) => setId(event.target.value)} disabled={!ready} />
        <button id="delete" onClick={() => void changeItem(q, Number(id), null)}>
          delete, and revalidate
        </button>
        <button id="rename" onClick={() => void changeItem(q, Number(id), title)}>
          rename, and revalidate
        </button>
        <button
          id="remove"
          onClick={() => void changeItem(q, Number(id), null, false).then(() => list.remove(id))}
        >
          delete, and remove
        </button>
        <button id="update" onClick={() => list.update(Number(id), { id: Number(id), title })}>
          update
        </button>
        <button id="refresh" onClick={() => void changeItem(q, Number(id), null).then(list.refresh)}>
          delete, and refresh
        </button>
        {['a', 'b'].map((other) => (
          <Link key={other} id={`find-${other}`} href={`?q=${other}`} prefetch={false}>
            {other}
          </Link>
        ))}
        <button id="replace" onClick={() => router.replace('?q=c')}>
          c in its place
        </button>
      </div>
      <ul style={{ margin: 0, padding: 0 }}>
        {list.items.map((item) => (
          <li key={item.id} {...list.itemProps(item)} style={{ height: 40 }}>
            {item.title}
          </li>
        ))}
      </ul>
      {!list.end && (
        <button className="more" onClick={() => void list.loadMore()}>
          more
        </button>
      )}
    </section>
  )
}

/** All of it comes by the browser, so `initial` is always the same. */
export function Searched() {
  return <Found q={useSearchParams().get('q') ?? 'a'} initial={NOTHING} />
}
