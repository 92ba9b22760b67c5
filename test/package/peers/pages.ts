/** @module A Pages Router application on `sojourn/next-session`. */

/** File → its text. */
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
