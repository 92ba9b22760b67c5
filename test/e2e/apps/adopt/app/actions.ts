'use server'

import { getSession } from '../lib/session'

export async function add() {
  const session = await getSession()
  await session.increment('added')
}
