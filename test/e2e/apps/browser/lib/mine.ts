import { cookies } from 'next/headers'

/** What a page knows of the session of the person in the cookie. */
export async function sessionOf() {
  const tag = (await cookies()).get('tag')?.value || null
  return { tag, expiresAt: null, at: Date.now(), ended: null, data: null }
}
