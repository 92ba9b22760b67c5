import type { Metadata } from 'next'
import { postsFrom } from '@/lib/posts'
import { PostList } from './post-list'

export const metadata: Metadata = { title: 'Journal' }

export default function PostsPage() {
  return (
    <div className="column">
      <h1>Journal</h1>
      <p className="hint">Load some, open one, come back: the list is as you left it.</p>
      <PostList initial={postsFrom(0, 12)} />
    </div>
  )
}
