/** @module Applications of old versions of Next.js: file → its text. */

/** A Pages Router application on `sojourn/next-session`. */
export const pages: Record<string, string> = {
  'lib/get-session.js': `
import nextSession from 'sojourn/next-session'
import { sqliteStore } from 'sojourn/stores/sqlite'
export const getSession = nextSession({ store: sqliteStore() })`,
  'pages/api/views.js': `
import { getSession } from '../../lib/get-session'
export default async function handler(request, response) {
  const session = await getSession(request, response)
  session.views = (session.views ?? 0) + 1
  response.json({ views: session.views })
}`,
  'pages/index.js': `
import { getSession } from '../lib/get-session'
export async function getServerSideProps({ req, res }) {
  const session = await getSession(req, res)
  return { props: { text: session.views + ' views' } }
}
export default function Page({ text }) {
  return <p>{text}</p>
}`,
}

/** An App Router application whose middleware keeps sessions. `options` and `config` are source text. */
export function withMiddleware(options: string, config: string): Record<string, string> {
  return {
    'lib/session.js': `
import { createSessions } from 'sojourn/next'
import { upstashStore } from 'sojourn/stores/upstash'
export const { getSession, proxy } = createSessions(${options})`,
    'middleware.js': `
import { proxy } from './lib/session'
export const middleware = proxy({ mint: true })
export const config = ${config}`,
    'app/layout.js': `
export default function Layout({ children }) {
  return <html><body>{children}</body></html>
}`,
    'app/page.js': `
import { getSession } from '../lib/session'
export default async function Page() {
  const session = await getSession()
  return <p>{session.id === null ? 'none' : 'minted'}, {session.readFlash('note') ?? 'empty'}</p>
}`,
    'app/count/route.js': `
import { getSession } from '../../lib/session'
export async function POST() {
  const session = await getSession()
  await session.flash('note', 'counted')
  return Response.json({ count: await session.increment('count') })
}`,
  }
}
