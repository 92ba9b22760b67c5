/** Processes that write to one file are killed. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, describe, expect, test } from 'vitest'

import { seeded } from '../support/seeded.ts'
import { firstLoss, note, type Acknowledged } from './embedded/acknowledged.ts'
import { WRITERS_PROGRAM } from './embedded/writers.ts'

const ROUNDS = 6

describe('SIGKILL at random moments, under fifty writers in each of two processes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sojourn-kill-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  test.for(['disk', 'process'])(
    "loses nothing that was acknowledged with durability: '%s'",
    { timeout: 300_000 },
    async (durability) => {
      const file = join(directory, durability, 'sessions.db')
      const random = seeded(1)
      const acknowledged: Acknowledged = new Map()
      for (let round = 0; round < ROUNDS; round++) {
        const kill = [1 + Math.floor(random() * 500), 1 + Math.floor(random() * 1500)]
        await Promise.all(kill.map((after) => writeUntilKilled(file, durability, acknowledged, after)))
        expect(await firstLoss(file, acknowledged)).toBeUndefined()
      }
      expect(acknowledged.size).toBeGreaterThan(ROUNDS * 10)
    },
  )
})

/** Runs the program and kills it after so many acknowledgements; more may be on their way. */
async function writeUntilKilled(
  file: string,
  durability: string,
  acknowledged: Acknowledged,
  after: number,
): Promise<void> {
  const args = [WRITERS_PROGRAM, file, durability, '100000']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    note(acknowledged, line)
    if (++seen === after) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
}
