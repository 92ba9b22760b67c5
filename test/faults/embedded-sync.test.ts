/** The disk is slow to sync, or fails at it. */

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findStrace } from '../../scripts/tools.mjs'
import { visitor } from '../support/visitor.ts'
import { startSite, type Site } from './embedded/site.ts'

/** Which sync of each thread is hurt: the first ones make the file. */
const HURT = 10
const DELAY = 3_000_000
/** So many writes bring it about: Node has four threads that may sync. */
const MOST_WRITES = 5 * HURT

describe('a disk', () => {
  let directory: string
  let file: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sojourn-sync-'))
    file = join(directory, 'sessions.db')
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** An application whose syncs of `-wal` are hurt by strace, which is a child of it and not the other way round. */
  async function start(injection: string): Promise<Site> {
    const strace = [findStrace() ?? 'strace', '-D', '-f', '-o', '/dev/null', '-P', `${file}-wal`]
    const calls = 'fsync,fdatasync'
    const site = await startSite(file, [
      ...strace,
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:${injection}`,
    ])
    onTestFinished(() => site.kill())
    return site
  }

  test('that takes three seconds to sync holds up who writes, and no page without a session', async () => {
    const site = await start(`delay_enter=${DELAY}:when=${HURT}`)
    const writer = await site.signedIn('ann')
    const during: number[] = []
    for (let count = 0; count < MOST_WRITES; count++) {
      let isDone = false
      const began = performance.now()
      const written = writer.get('/write').finally(() => (isDone = true))
      let pages = 0
      for (; !isDone; pages++) expect((await visitor(site.url).get('/page')).status).toBe(200)
      await written
      if (performance.now() - began > DELAY / 2000) during.push(pages)
    }
    expect(during.length).toBeGreaterThan(0)
    expect(Math.min(...during)).toBeGreaterThan(10)
  })

  test('that fails to sync leaves it open what became of the write, and goes on from safe ground', async () => {
    const site = await start(`error=EIO:when=${HURT}`)
    const writer = await site.signedIn('ann')
    const texts: string[] = []
    /** By how much `-wal` grew between the writes before and after each failure. */
    const growth: number[] = []
    let size = 0
    let failed = false
    for (let count = 0; count < MOST_WRITES; count++) {
      const response = await writer.get('/write')
      const before = size
      size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
      if (response.ok && failed) growth.push(size - before)
      failed = !response.ok
      if (response.ok) continue
      size = before
      texts.push(`${response.status} ${await response.text()}`)
    }
    // What lay behind the gap is in the file by then, and `-wal` began anew.
    expect(Math.max(...growth)).toBeLessThan(0)
    expect(texts).not.toEqual([])
    for (const text of texts)
      expect(text).toMatch(
        /^503 ERR_STORE_UNAVAILABLE .*write that was under way may or may not have happened/,
      )
    expect(await (await writer.get('/read')).text()).toBe('ann')
  })
})
