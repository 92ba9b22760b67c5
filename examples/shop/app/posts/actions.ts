'use server'

import { postsFrom } from '@/lib/posts'

// Anybody may call a Server Action with anything.
export async function morePosts(start: unknown) {
  return postsFrom(Number.isSafeInteger(start) ? Math.max(Number(start), 0) : 0, 12)
}
