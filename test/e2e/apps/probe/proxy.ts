import type { NextRequest } from 'next/server'
import { sessions } from './lib/session'

const minting = sessions.proxy({ mint: true })
const guarding = sessions.proxy({ csrf: true })

export default function proxy(request: NextRequest) {
  return request.nextUrl.pathname.startsWith('/guarded') ? guarding(request) : minting(request)
}

export const config = {
  matcher: ['/minted', '/api/minted', '/static', '/csrf/prerendered', '/guarded'],
}
