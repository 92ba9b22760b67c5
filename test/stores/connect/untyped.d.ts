/** What the tests use of packages that have no types. */

declare module 'better-sqlite3-session-store' {
  import type { DatabaseSync } from 'node:sqlite'
  import type { MemoryStore } from 'express-session'

  export default function connect(session: object): new (options: { client: DatabaseSync }) => MemoryStore
}

declare module 'connect-memcached' {
  import type { MemoryStore } from 'express-session'

  export default function connect(session: object): new (options: { hosts: string }) => MemoryStore
}

declare module 'session-file-store' {
  import type { MemoryStore } from 'express-session'

  interface Options {
    path: string
    ttl: number
    retries: number
    reapInterval: number
    logFn: (text: string) => void
  }

  export default function connect(session: object): new (options: Options) => MemoryStore
}

declare module 'memcached' {
  type Callback = (error: Error | undefined, value: unknown) => void

  export default class Memcached {
    constructor(hosts: string)
    get(key: string, callback: Callback): void
    /** @param lifetime seconds */
    set(key: string, value: string, lifetime: number, callback: Callback): void
    del(key: string, callback: Callback): void
    flush(callback: Callback): void
    end(): void
  }
}
