/** Version 4 brings no types. What the tests use of it is as in version 5. */
declare module 'ioredis-4' {
  export { Redis as default } from 'ioredis-5'
}
