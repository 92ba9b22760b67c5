import { sessions } from './lib/session'

export default sessions.proxy()

export const config = { matcher: ['/proxied', '/api/proxied'] }
