/**
 * A server that used next-session: its import is all that changed, and the store that lasts.
 *
 *     node examples/next-session.ts
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import nextSession from 'sojourn/next-session'
import { sqliteStore } from 'sojourn/stores/sqlite'

interface Data {
  views?: number
}

const getSession = nextSession<Data>({
  store: sqliteStore(),
  cookie: { maxAge: 7 * 24 * 60 * 60 },
  touchAfter: 60,
})

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const session = await getSession(req, res)
  if (req.url === '/logout') {
    await session.destroy()
    res.writeHead(302, { Location: '/' }).end()
    return
  }
  session.views = (session.views ?? 0) + 1
  res.end(`You have been here ${session.views} time(s).\n`)
}

const server = createServer((req, res) => {
  answer(req, res).catch((error: { status?: number }) => {
    res.writeHead(error.status ?? 500).end()
  })
})

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log('http://127.0.0.1:%d', (server.address() as { port: number }).port)
})
