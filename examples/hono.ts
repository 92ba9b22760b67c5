/** Sessions with Hono, here on Node. Run `node examples/hono.ts`, open http://localhost:3000. */

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createSessions, type SessionVariables } from 'sojourn/hono'

interface Data {
  visits: number
}

const { middleware, assertSameOrigin } = createSessions<Data>()

const app = new Hono<{ Variables: SessionVariables<Data> }>()
app.use(middleware)
app.use(async (c, next) => {
  assertSameOrigin(c.req.raw)
  await next()
})

app.get('/', async (c) => {
  const session = c.get('session')
  const visits = await session.increment('visits')
  return c.html(`<p>Visit ${visits}, ${session.userId ?? 'nobody'} is signed in.</p>
    <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
    <form method="post" action="/logout"><button>Sign out</button></form>`)
})

app.post('/login', async (c) => {
  const { user } = await c.req.parseBody<{ user?: string }>()
  await c.get('session').login(user || 'ada') // after you have checked a password
  return c.redirect('/', 303)
})

app.post('/logout', async (c) => {
  await c.get('session').logout()
  return c.redirect('/', 303)
})

serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000) }, (address) => console.log(address))
