/** Sessions in Upstash, on whatever runs this file: prints what two requests of one visitor count. */

import process from 'node:process'
import { createSessions } from 'sojourn/fetch'
import { upstashStore } from 'sojourn/stores/upstash'

const { URL: url, TOKEN: token } = process.env
const { handler } = createSessions({ store: upstashStore({ url, token }) })
const handle = handler(async (_request, { getSession }) => {
  const session = await getSession()
  return new Response(String(await session.increment('n')))
})

const first = await handle(new Request('http://localhost/'))
const [cookie] = first.headers.getSetCookie()[0].split(';')
const second = await handle(new Request('http://localhost/', { headers: { cookie } }))
console.log(await first.text(), await second.text())
process.exit()
