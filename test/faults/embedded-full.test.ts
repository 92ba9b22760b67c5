/** The disk is full. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { join } from 'node:path'
import { visitor } from '../support/visitor.ts'
import { ask, askAfter, guestsOf, report } from './embedded/row.ts'
import { startSite, type Site } from './embedded/site.ts'
import { smallDisk, type SmallDisk } from './embedded/small-disk.ts'

const EXPECTED = {
  read: 'works',
  write: '503',
  signIn: '503',
  signOut: 'works',
  says: '`FULL` has no room for the write',
  after: 'as before',
}

describe('a full disk', () => {
  let disk: SmallDisk
  let site: Site
  beforeEach(async () => {
    disk = smallDisk()
    site = await startSite(join(disk.directory, 'sessions.db'), disk.by)
  })
  afterEach(async () => {
    await site.kill()
    disk.remove()
  })

  test('lets people read and sign out, refuses the rest, and goes on when there is room', async () => {
    const guests = await guestsOf(site)
    await site.order('fill')
    const during = await ask(site, guests)
    await site.order('clear')
    await thereIsRoom()
    const seen = { ...during, after: await askAfter(site, guests, during) }
    expect(seen).toEqual(EXPECTED)
    report('the disk is full', EXPECTED, seen)
  })

  test('does so too if it was full when the file was opened', async () => {
    const guests = await guestsOf(site)
    await site.order('reopen')
    await site.order('fill')
    const during = await ask(site, guests)
    await site.order('clear')
    await thereIsRoom()
    const seen = { ...during, after: await askAfter(site, guests, during) }
    expect(seen).toEqual(EXPECTED)
    report('it was full at the start', EXPECTED, seen)
  })

  test.for([
    ['after much was written', false],
    ['after the file was opened', true],
  ] as const)('lets three hundred people sign out %s', async ([, isNew]) => {
    for (let count = 0; count < 400; count++) await site.signedIn(`early${count}`)
    const leavers = []
    for (let count = 0; count < 300; count++) leavers.push(await site.signedIn(`leaver${count}`))
    if (isNew) await site.order('reopen')
    await site.signedIn('last')
    await site.order('fill')
    let refused: Response
    do refused = await visitor(site.url).get('/sign-in?user=late')
    while (refused.ok)
    expect(refused.status).toBe(503)
    for (const leaver of leavers) {
      const cookie = leaver.cookie
      expect((await leaver.get('/sign-out')).status).toBe(200)
      expect(await (await visitor(site.url, cookie).get('/read')).text()).toBe('')
    }
  })

  async function thereIsRoom(): Promise<void> {
    await vi.waitFor(
      async () => expect((await visitor(site.url).get('/sign-in?user=early')).ok).toBe(true),
      20_000,
    )
  }
})
