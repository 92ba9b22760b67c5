'use server'

import { redirect } from 'next/navigation'
import { getSession } from '../../lib/session'

export async function act() {
  const session = await getSession()
  await session.increment('count')
  redirect('/counter')
}
