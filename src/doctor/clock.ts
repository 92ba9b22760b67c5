/** @module How far the clock of the store is from that of the application. */

import { about, type Finding } from './finding.ts'

const NOTICEABLE = 1_000
const FAR = 60_000

/** @param offset milliseconds that the store is ahead; `undefined` if it does not say */
export function clockFinding(offset: number | undefined): Finding {
  const on = about('clock-offset')
  if (offset === undefined)
    return on.unknown('The store does not say what time it is.', 'Allow the user the command TIME.')
  const apart = Math.abs(offset)
  const text = `The clocks of store and application are ${told(apart)} apart.`
  if (apart < NOTICEABLE) return on.ok('The clocks of store and application agree.')
  const more =
    'Sessions follow that of the store, so no visitor is signed out by it; logs and times that you show differ.'
  const cure = 'Let both machines set their clocks by NTP.'
  return apart < FAR ? on.note(`${text} ${more}`, cure) : on.warning(`${text} ${more}`, cure)
}

function told(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
