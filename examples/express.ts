/** Sessions with Express 4 or 5. Run `node examples/express.ts`, open http://localhost:3000. */

import express from 'express'
import { createSessions, type Session } from 'sojourn/express'

interface Data {
  visits: number
}

declare global {
  namespace Express {
    interface Request {
      readonly session: Session<Data>
    }
  }
}

const { middleware, assertSameOrigin } = createSessions<Data>()

const app = express()
app.use(middleware)
app.use((request, _response, next) => {
  assertSameOrigin(request)
  next()
})
app.use(express.urlencoded())

app.get('/', async (request, response) => {
  const { session } = request
  const visits = await session.increment('visits')
  response.send(`<p>Visit ${visits}, ${session.userId ?? 'nobody'} is signed in.</p>
    <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
    <form method="post" action="/logout"><button>Sign out</button></form>`)
})

app.post('/login', async (request, response) => {
  await request.session.login(request.body.user || 'ada') // after you have checked a password
  response.redirect(303, '/')
})

app.post('/logout', async (request, response) => {
  await request.session.logout()
  response.redirect(303, '/')
})

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => console.log(server.address()))
