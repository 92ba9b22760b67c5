/**
 * Guests who sign in, write, read and sign out for as long as they are let, on whichever
 * instance comes next, and remember what they were told.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { visitor, type Visitor } from '../../support/visitor.ts'

/** What has been seen. The first four must stay 0. */
export interface Tally {
  /** Answers that showed somebody else. */
  wrongUsers: number
  /** Writes that had been answered, and were not there. */
  lostWrites: number
  /** Sessions that were there, had not been ended, and were not there. */
  lostSessions: number
  /** Sessions that were there after a sign-out had been answered. */
  undoneLogouts: number
  requests: number
  refused: number
  signIns: number
  /** The longest that an answer took, in milliseconds. */
  longest: number
}

interface Answer {
  user: string | null
  names: string[]
}

const PAUSE = 20
const ANSWERS = 12
/** How many of the sessions that have ended each guest still tries now and then. */
const REMEMBERED = 50

/** Lets one guest come and go until `isOver`. */
export async function stay(
  guest: number,
  urls: readonly string[],
  random: () => number,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  const ended: string[] = []
  for (let visit = 0; !isOver(); visit++) await visitOnce(`guest ${guest} visit ${visit}`)

  async function visitOnce(name: string): Promise<void> {
    const self = visitor('')
    if ((await ask(self, `/sign-in?name=${encodeURIComponent(name)}`)) === null) return
    tally.signIns++
    const written: string[] = []
    // What was refused does not count, so that everybody is still signed in when a fault is over.
    for (let answers = 0; answers < ANSWERS && !isOver();) {
      const write = `write ${answers}`
      const isWrite = random() < 0.5
      const answer = await ask(self, isWrite ? `/write?name=${encodeURIComponent(write)}` : '/read')
      if (answer === null) continue
      if (isWrite) written.push(write)
      check(answer, name, written)
      answers++
      if (ended.length > 0 && random() < 0.2) await tryEnded()
    }
    const { cookie } = self
    while (!isOver()) {
      if ((await ask(self, '/sign-out')) === null) continue
      ended.push(cookie)
      if (ended.length > REMEMBERED) ended.shift()
      return
    }
  }

  function check(answer: Answer, name: string, written: readonly string[]): void {
    if (answer.user === null) tally.lostSessions++
    else if (answer.user !== name) tally.wrongUsers++
    else if (written.some((write) => !answer.names.includes(write))) tally.lostWrites++
  }

  async function tryEnded(): Promise<void> {
    const answer = await ask(visitor('', ended[Math.floor(random() * ended.length)]), '/read')
    if (answer !== null && answer.user !== null) tally.undoneLogouts++
  }

  /** `null` if it was refused: then nobody knows what has become of it. */
  async function ask(self: Visitor, path: string): Promise<Answer | null> {
    const began = performance.now()
    const response = await self.get(urls[Math.floor(random() * urls.length)] + path)
    const text = await response.text()
    tally.requests++
    tally.longest = Math.max(tally.longest, performance.now() - began)
    await sleep(PAUSE)
    if (response.status === 200) return JSON.parse(text) as Answer
    tally.refused++
    await sleep(5 * PAUSE)
    return null
  }
}
