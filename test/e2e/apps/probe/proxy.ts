import type { NextRequest } from 'next/server'
import { sessions } from './lib/session'

const minting = sessions.proxy({ mint: true })

export default function proxy(request: NextRequest) {
  return minting(request)
}

export const config = {
  matcher: ['/minted', '/api/minted'],
}
