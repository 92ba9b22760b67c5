/** The old application: what it does with `request.session`, whatever keeps it. */

import type { Express } from 'express'

declare module 'express-session' {
  interface SessionData {
    user: string
    cart: string[]
    tea: string
    cake: string
  }
}

/** Whom `/both/…` waits for: two requests have read the session before either writes. */
let open = (): void => {}
let other: Promise<void> | undefined

export function addRoutes(app: Express): void {
  app.get('/login', (request, response, next) => {
    request.session.regenerate((error: unknown) => {
      if (error) return next(error)
      request.session.user = 'ann'
      request.session.cart = ['tea']
      request.session.save((failure: unknown) => (failure ? next(failure) : response.send('ann')))
    })
  })
  app.get('/who', ({ session: { user, cart, tea, cake } }, response) => {
    response.json({ user, cart, tea, cake })
  })
  app.get('/both/:name', async (request, response) => {
    if (other === undefined) {
      other = new Promise((resolve) => (open = resolve))
      await other
    } else {
      other = undefined
      open()
    }
    request.session[request.params.name === 'tea' ? 'tea' : 'cake'] = 'yes'
    response.send('kept')
  })
}
