/** The same application, moved over: our sessions, and those of old that are still alive. */

import express from 'express'
import { createSessions } from 'sojourn/express'
import { adopt } from './lib/postgres.ts'

const { middleware, getSession, requireSession } = createSessions<{ cart: string[] }>({ adopt })
const app = express()
app.use(middleware)
app.get('/who', async (request, response) => {
  const session = await getSession(request, response)
  response.json({ user: session.userId ?? undefined, cart: session.get('cart') })
})
app.get('/logout', async (request, response) => {
  const session = await requireSession(request, response)
  await session.logout()
  response.send('bye')
})
app.listen(Number(process.env['PORT']))
