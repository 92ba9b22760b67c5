import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Durability } from '../../src/stores/sqlite.ts'
import { seeded } from '../support/seeded.ts'
import { firstLoss, note, type Acknowledged } from './embedded/acknowledged.ts'
import { Disk } from './embedded/disk.ts'
import { record, type Step } from './embedded/recording.ts'
import { WRITERS_PROGRAM } from './embedded/writers.ts'

const ACKNOWLEDGEMENTS = 8_000
const POINTS = 200
/** Two hundred disks are filled and read: much for a machine that has other work. */
const PATIENCE = 300_000
const MEMORY = '/dev/shm'

describe('a loss of power under fifty writers', () => {
  // What is tested is the order of calls; in memory they take no time.
  const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'sojourn-power-'))
  const recorded = {} as Record<Durability, Step[]>
  afterAll(() => rmSync(directory, { recursive: true }))

  beforeAll(async () => {
    for (const durability of ['disk', 'process'] as const) {
      const root = mkdtempSync(join(directory, durability))
      const file = join(root, 'data', 'sessions.db')
      const args = [WRITERS_PROGRAM, file, durability, String(ACKNOWLEDGEMENTS)]
      recorded[durability] = (await record(root, args)).map((step) => relativeTo(root, step))
    }
  }, PATIENCE)

  test(
    'loses nothing that was acknowledged, at 200 moments, when only what was synced is kept',
    async () => {
      expect(await losses(recorded.disk, directory)).toEqual([])
    },
    PATIENCE,
  )

  test(
    'loses nothing that was acknowledged, at 200 moments, when any sectors of the rest are kept too',
    async () => {
      expect(await losses(recorded.disk, directory, { random: seeded(2) })).toEqual([])
    },
    PATIENCE,
  )

  test(
    'leaves a file that can be opened, at every moment before the first acknowledgement',
    async () => {
      const began = recorded.disk.findIndex(isAcknowledgement)
      const points = Array.from({ length: began }, (_, point) => point)
      expect(await losses(recorded.disk, directory, { points, random: seeded(3) })).toEqual([])
    },
    PATIENCE,
  )

  test(
    "loses some of it with durability: 'process', so that a loss would be seen",
    async () => {
      expect((await losses(recorded.process, directory)).length).toBeGreaterThan(POINTS / 2)
    },
    PATIENCE,
  )
})

function relativeTo(root: string, step: Step): Step {
  return 'path' in step ? { ...step, path: step.path.replace(root, '') || '/' } : step
}

/** What was lost at random moments: the first loss of each. */
async function losses(
  steps: readonly Step[],
  directory: string,
  { points = randomPoints(steps.length), random }: { points?: number[]; random?: () => number } = {},
): Promise<string[]> {
  const disk = new Disk('/')
  const acknowledged: Acknowledged = new Map()
  const lost: string[] = []
  let at = 0
  for (const point of points.toSorted((a, b) => a - b)) {
    for (; at < point; at++) {
      const step = steps[at]!
      if (isAcknowledgement(step)) note(acknowledged, step.bytes.toString())
      else disk.do(step)
    }
    const after = join(directory, 'after')
    disk.restore(after, random)
    const loss = await firstLoss(join(after, 'data', 'sessions.db'), acknowledged)
    if (loss !== undefined) lost.push(`step ${point} of ${steps.length}: ${loss}`)
  }
  return lost
}

function randomPoints(end: number): number[] {
  const draw = seeded(1)
  return Array.from({ length: POINTS }, () => Math.floor(draw() * end))
}

function isAcknowledgement(step: Step): step is Step & { call: 'write' } {
  return step.call === 'write' && step.fd === 1
}
