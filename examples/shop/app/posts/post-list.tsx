'use client'

import Link from 'next/link'
import { type ListPage, useRestoredList } from 'sojourn/react'
import { dayText, type PostSummary } from '@/lib/posts'
import { morePosts } from './actions'

/** The posts, with more on demand. Back from one of them, list and place are as they were. */
export function PostList({ initial }: { initial: ListPage<PostSummary, number> }) {
  const list = useRestoredList({
    key: 'posts',
    initial,
    getKey: (post) => post.slug,
    loadMore: morePosts,
  })
  return (
    <div id="posts" className="column">
      <ul className="posts">
        {list.items.map((post) => (
          <li key={post.slug} {...list.itemProps(post)}>
            <time dateTime={post.day}>{dayText(post.day)}</time>
            <h2>
              <Link href={`/posts/${post.slug}`}>{post.title}</Link>
            </h2>
            <p>{post.opening}</p>
          </li>
        ))}
      </ul>
      <p className="wrong" role="alert">
        {list.error && 'That did not work. Please try again.'}
      </p>
      <p className="count" role="status">
        {list.items.length} posts{list.end && ', and that is all of them'}
      </p>
      {!list.end && (
        <button type="button" className="more" aria-busy={list.loading} onClick={() => void list.loadMore()}>
          Load more
        </button>
      )}
      <noscript>Older posts need JavaScript.</noscript>
    </div>
  )
}
