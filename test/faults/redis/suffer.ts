/**
 * The course of a fault: people are signed in, it begins, they ask, it ends, they ask again.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Row, tell } from './fault.ts'
import type { Answer, Guest, Fixture } from './fixture.ts'

/** How a fault begins and ends. */
export interface Course {
  begin: (fixture: Fixture) => unknown
  /** Resolves when the server could answer again. */
  end: (fixture: Fixture) => unknown
  /** Milliseconds that no answer may exceed: the time of one operation. Default 1000. */
  deadline?: number
  /** Ends while the first of those who ask still wait. */
  isShort?: boolean
}

/** So much more than the promised tenth of a second may pass on a busy machine. */
const TOLERANCE = 8000

/** Goes through a fault and tells what it looked like. */
export async function suffer(fixture: Fixture, course: Course): Promise<Row> {
  const { begin, end, deadline = 1000, isShort = false } = course
  const [reader, writer, leaver] = [
    await fixture.signedIn('reader'),
    await fixture.signedIn('writer'),
    await fixture.signedIn('leaver'),
  ]
  const left = { ...leaver }
  await begin(fixture)

  const waves: { answers: Record<string, Answer>; codes: string }[] = []
  for (let i = 0; i < (isShort ? 1 : 2); i++) {
    const from = fixture.events.length
    const asked = wave(fixture, reader, writer, leaver)
    if (isShort) await end(fixture)
    const answers = await asked
    const codes = codesOf(fixture, from)
    tell(fixture, `${i === 0 ? 'first' : 'later'} answers after ${latencies(answers)} ms`)
    for (const answer of Object.values(answers)) {
      if (answer.status >= 500) expect(answer.cookies).toBe(0)
      expect(answer.ms).toBeLessThan(deadline + TOLERANCE)
    }
    waves.push({ answers, codes })
  }
  if (!isShort) await end(fixture)
  const [{ answers, codes }] = waves as [(typeof waves)[0]]
  const later = waves[1] ?? waves[0]!
  for (const [verb, { status }] of Object.entries(later.answers)) expect(status).toBe(answers[verb]!.status)

  const began = performance.now()
  await recovered(fixture, reader)
  tell(fixture, `recovered ${Math.round(performance.now() - began)} ms after the server`)
  const isKept = (await fixture.ask(reader, '/read')).text === '{"a":"1"}'
  const isKnown = (await fixture.ask(reader, '/who')).text === 'reader'
  if (answers['signOut']!.status >= 400) {
    expect((await fixture.ask(leaver, '/logout')).status).toBeLessThan(400)
  }
  // The cookie that they had before: nothing brings it back.
  expect((await fixture.ask(left, '/who')).status).toBe(401)
  const states = fixture.events.flatMap((event) => (event.type === 'breaker' ? [event.state] : []))
  return {
    read: shown(answers['read']!),
    write: shown(answers['write']!),
    signIn: shown(answers['signIn']!),
    signOut: shown(answers['signOut']!),
    error: codes === later.codes ? codes : `${codes}, then ${later.codes}`,
    breaker: states.length === 0 ? 'stays closed' : states.at(-1) === 'closed' ? 'opens, closes' : 'opens',
    after: isKept && isKnown ? 'as before' : 'signed out',
  }
}

/** Everybody asks at once. */
async function wave(
  fixture: Fixture,
  reader: Guest,
  writer: Guest,
  leaver: Guest,
): Promise<Record<string, Answer>> {
  const [read, write, signOut, signIn] = await Promise.all([
    fixture.ask(reader, '/read'),
    fixture.ask(writer, '/set?key=b&value=2'),
    fixture.ask(leaver, '/logout'),
    fixture.ask(fixture.newcomer(), '/login?user=newcomer'),
    fixture.ask(reader, '/read'),
    fixture.ask(reader, '/read'),
  ])
  return { read, write, signIn, signOut }
}

/** The codes of the failures since then, each once. */
export function codesOf(fixture: Pick<Fixture, 'events'>, from: number): string {
  const codes = fixture.events
    .slice(from)
    .flatMap((event) =>
      event.type === 'store-error' ? [`\`${event.code.slice('ERR_STORE_'.length)}\``] : [],
    )
  return [...new Set(codes)].sort().join(' or ') || 'none'
}

/** Somebody reads and writes again. */
export async function recovered(fixture: Fixture, guest: Guest): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 20) {
    const answers = [await fixture.ask(guest, '/read'), await fixture.ask(fixture.newcomer(), '/set')]
    if (answers.every(({ status }) => status === 200)) return
    await sleep(20)
  }
  throw new Error('it did not recover')
}

function shown({ status }: Answer): string {
  return status < 400 ? 'works' : String(status)
}

function latencies(answers: Record<string, Answer>): string {
  return Object.entries(answers)
    .map(([verb, { ms }]) => `${verb} ${ms}`)
    .join(', ')
}
