/** Sessions with Node's own http server. Run `node examples/http.ts`, open http://localhost:3000. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createSessions, isSessionError } from 'sojourn/node'

const { getSession, assertSameOrigin } = createSessions<{ visits: number }>()

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  assertSameOrigin(request)
  const session = await getSession(request, response)
  const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '')

  switch (`${request.method} ${request.url}`) {
    case 'GET /': {
      const visits = await session.increment('visits')
      response.setHeader('content-type', 'text/html')
      response.end(`<p>Visit ${visits}, ${session.userId ?? 'nobody'} is signed in.</p>
        <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
        <form method="post" action="/logout"><button>Sign out</button></form>`)
      return
    }
    case 'POST /login':
      await session.login(form.get('user') || 'ada') // after you have checked a password
      response.writeHead(303, { location: '/' }).end()
      return
    case 'POST /logout':
      await session.logout()
      response.writeHead(303, { location: '/' }).end()
      return
    default:
      response.writeHead(404).end('Not found')
  }
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    if (response.headersSent) return response.destroy()
    // 503 if the store fails, 403 for a form on another site.
    return response.writeHead(isSessionError(error) ? error.status : 500).end()
  })
})

server.listen(Number(process.env['PORT'] ?? 3000), () => console.log(server.address()))
