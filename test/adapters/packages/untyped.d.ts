declare module 'connect-flash' {
  import type { RequestHandler } from 'express'

  export default function flash(): RequestHandler
}

declare module 'csurf' {
  import type { RequestHandler } from 'express'

  export default function csurf(): RequestHandler
}

declare module 'passport' {
  import type { Request, RequestHandler } from 'express'

  interface Strategy {
    name: string
    authenticate(this: { success(user: unknown): void; fail(): void }, request: Request): void
  }

  type Done = (error: unknown, value: unknown) => void

  export class Passport {
    use(strategy: Strategy): void
    session(): RequestHandler
    authenticate(name: string): RequestHandler
    serializeUser(serialize: (user: unknown, done: Done) => void): void
    deserializeUser(find: (stored: unknown, done: Done) => void): void
  }
  const passport: { Passport: typeof Passport }
  export default passport
}
