import { morePosts } from '@/app/posts/actions'
import { VirtualPosts } from '@/app/posts/virtual-posts'

export default async function VirtualPage() {
  return (
    <section id="posts">
      <VirtualPosts initial={await morePosts(0)} />
    </section>
  )
}
