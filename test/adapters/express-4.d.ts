/** The alias has no types of its own. What the suite uses is the same in both. */
declare module 'express-4' {
  export { default } from 'express'
}
