import type { NextApiRequest, NextApiResponse } from 'next'
import { getSession } from '@/lib/session'

export default async function handler(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  const session = await getSession(request, response)
  const views = await session.increment('views')
  response.json({ views })
}
