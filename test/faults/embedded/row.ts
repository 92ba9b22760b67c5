/**
 * What a fault looks like to visitors, and its row in docs/reliability.md.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { visitor, type Visitor } from '../../support/visitor.ts'
import type { Site } from './site.ts'

/** During a fault `works`, `503`, or `anonymous` for those who count as not signed in. */
export interface Row {
  read: string
  write: string
  signIn: string
  signOut: string
  /** The code of the errors and the middle of their text. */
  says: string
  /** What has become of the sessions when it is over. */
  after: string
}

/** Those who signed in before the fault. */
export type Guests = Record<'reader' | 'writer' | 'leaver', Visitor>

const PAGE = new URL('../../../docs/reliability.md', import.meta.url)

/** Signs in three, one after the other. */
export async function guestsOf(site: Site): Promise<Guests> {
  return {
    reader: await site.signedIn('reader'),
    writer: await site.signedIn('writer'),
    leaver: await site.signedIn('leaver'),
  }
}

/** Asks for everything during a fault. */
export async function ask(site: Site, { reader, writer, leaver }: Guests): Promise<Omit<Row, 'after'>> {
  const texts = new Set<string>()
  const guest = visitor(site.url)
  return {
    read: await outcome(at(site, reader), '/read', 'reader', texts),
    write: await outcome(at(site, writer), '/write', 'writer', texts),
    signIn: await outcome(guest, '/sign-in?user=new', 'new', texts),
    signOut: await outcome(at(site, leaver), '/sign-out', '', texts),
    says: [...texts].join('; ') || 'nothing',
  }
}

/** What has become of the sessions; whoever asked to be signed out and was must be. */
export async function askAfter(site: Site, guests: Guests, during: Omit<Row, 'after'>): Promise<string> {
  const read = await outcome(at(site, guests.reader), '/read', 'reader')
  const left = await outcome(at(site, guests.leaver), '/read', 'leaver')
  if (during.signOut === 'works') expect(left).toBe('anonymous')
  expect(await outcome(visitor(site.url), '/sign-in?user=later', 'later')).toBe('works')
  if (read === 'anonymous') return 'signed out'
  expect(await outcome(at(site, guests.writer), '/write', 'writer')).toBe('works')
  return read === 'works' ? 'as before' : read
}

/** Tells what was expected and seen, and looks for the row in the page. */
export function report(fault: string, expected: Row, seen: Row): void {
  const show = ({ read, write, signIn, signOut, says, after }: Row): string =>
    [read, write, signIn, signOut, says, after].join(' | ')
  console.log(`${fault}: expected ${show(expected)}, seen ${show(seen)}`)
  expect(readFileSync(PAGE, 'utf8').split('\n')).toContain(`| ${fault} | ${show(expected)} |`)
}

/** The same visitor at a site that was started anew. */
function at(site: Site, guest: Visitor): Visitor {
  return visitor(site.url, guest.cookie)
}

async function outcome(
  guest: Visitor,
  path: string,
  user: string,
  texts = new Set<string>(),
): Promise<string> {
  const response = await guest.get(path)
  const text = await response.text()
  if (response.ok) return text === user ? 'works' : 'anonymous'
  expect(guest.setCookies).toEqual([])
  expect(text).not.toMatch(/\/(tmp|dev)\//)
  const [, code = '', does = ''] =
    /^ERR_STORE_(\w+) The session store \(sqlite\) (?:cannot be used: its file )?(.*?)[:.]/.exec(text) ?? []
  texts.add(`\`${code}\` ${does}`)
  return String(response.status)
}
