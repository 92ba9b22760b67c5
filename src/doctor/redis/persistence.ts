/** @module What is left of the sessions when Redis, or its machine, goes down. */

import { about, type Finding } from '../finding.ts'
import type { RedisFacts } from './facts.ts'

const APPEND_ONLY = 'Set `appendonly yes`, and `appendfsync always` if no write may be lost.'

/** Whether Redis writes to disk, how soon, and whether that works. */
export function persistenceFindings(facts: RedisFacts): Finding[] {
  const appends = appendsOf(facts)
  return [persistenceFinding(facts, appends), failingFinding(facts), ...fsyncFindings(facts, appends)]
}

/** Whether there is an append-only file. */
function appendsOf(facts: RedisFacts): boolean | undefined {
  const [setting, line] = [facts.config('appendonly'), facts.info('aof_enabled')]
  if (setting !== undefined) return setting === 'yes'
  return line === undefined ? undefined : line === '1'
}

function persistenceFinding(facts: RedisFacts, appends: boolean | undefined): Finding {
  const on = about('persistence')
  if (appends) return on.ok('Redis writes to an append-only file.')
  const snapshots = facts.config('save')
  if (appends === undefined || snapshots === undefined) {
    return on.unknown(
      'Redis does not say whether it keeps anything on disk.',
      'Look it up where you rent it: without persistence, a restart signs everybody out.',
    )
  }
  if (snapshots !== '')
    return on.warning(
      'Redis writes snapshots alone: a crash loses the minutes since the last one.',
      APPEND_ONLY,
    )
  return on.serious('Redis keeps nothing on disk: a restart signs everybody out.', APPEND_ONLY)
}

function failingFinding(facts: RedisFacts): Finding {
  const on = about('persistence-failing')
  const states = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].map(
    (name) => facts.info(name),
  )
  if (states.every((state) => state === undefined)) {
    return on.unknown(
      'Redis does not say whether it could write to disk.',
      'Allow the user the command INFO, or look at the log of the server.',
    )
  }
  if (states.every((state) => state === undefined || state === 'ok'))
    return on.ok('Redis has not failed to write to disk.')
  return on.serious(
    'Redis could not write to disk the last time: a crash loses what came since, and it may refuse writes.',
    'Look at its log, at the free space and at the permissions of its directory.',
  )
}

function fsyncFindings(facts: RedisFacts, appends: boolean | undefined): Finding[] {
  const on = about('fsync')
  if (!appends) return []
  switch (facts.config('appendfsync')) {
    case 'always':
      return [on.ok('An acknowledged write survives loss of power.')]
    case 'everysec':
      return [
        on.note(
          'With `appendfsync everysec`, loss of power may undo the last two seconds: sign-ins, and sign-outs, too.',
          'Set `appendfsync always` if that is too much.',
        ),
      ]
    case 'no':
      return [
        on.warning(
          'With `appendfsync no`, loss of power may undo the last half minute.',
          'Set `appendfsync everysec` or `always`.',
        ),
      ]
    default:
      return [
        on.unknown(
          'Redis does not say how soon a write is on disk.',
          'Look up `appendfsync` where you rent it: with `everysec`, loss of power may undo two seconds.',
        ),
      ]
  }
}
