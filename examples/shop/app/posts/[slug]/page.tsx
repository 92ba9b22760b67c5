import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { Skeleton } from '@/components/skeleton'
import { dayText, findPost } from '@/lib/posts'

type Props = PageProps<'/posts/[slug]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: findPost((await params).slug)?.post.title ?? 'No such post' }
}

export default function PostPage({ params }: Props) {
  return (
    <article className="sheet">
      <Suspense fallback={<Skeleton lines={6} />}>
        <Post params={params} />
      </Suspense>
    </article>
  )
}

async function Post({ params }: Pick<Props, 'params'>) {
  const found = findPost((await params).slug)
  if (!found) notFound()
  const { post, older } = found
  return (
    <>
      <header className="post-head">
        <time dateTime={post.day}>{dayText(post.day)}</time>
        <h1>{post.title}</h1>
      </header>
      {post.paragraphs.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <footer className="post-foot">
        <Link href="/posts">All posts</Link>
        {older && <Link href={`/posts/${older.slug}`}>Before that: {older.title}</Link>}
      </footer>
    </>
  )
}
