/** Version 3 brings no types. */
declare module 'redis-3' {
  export function createClient(options: object): {
    on(event: 'error', listener: () => void): unknown
    end(isFlushed: boolean): void
  }
}
