/**
 * A real PostgreSQL of one's own, in a folder of its own, on a free port.
 *
 * @module
 */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { findPostgres } from '../../scripts/tools.mjs'
import { atExit } from './at-exit.ts'
import { freePort } from './redis-server.ts'

/** A running server. */
export interface PostgresServer {
  /** Of its database, for a user who needs no password. */
  readonly url: string
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Starts a server on 127.0.0.1 and resolves when it answers. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres()
  if (programs === undefined) throw new Error('no PostgreSQL: node scripts/setup.mjs postgres')
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-postgres-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const user = unprivileged()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const as = { cwd: folder, ...user }
  const data = join(folder, 'data')
  const init = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(programs, 'initdb'), init, as)

  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  // No file is synced: it need not outlive the machine.
  const args = ['-D', data, '-F', '-h', '127.0.0.1', '-p', `${port}`, '-k', folder]
  const server = spawn(join(programs, 'postgres'), args, { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  server.stderr.on('data', (chunk: Buffer) => void (log = (log + String(chunk)).slice(-2000)))
  const kill = (): void => {
    server.kill('SIGQUIT')
    remove()
  }
  const forget = atExit(kill)

  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}:\n${log}`)
    await sleep(20)
  }
  return {
    url,
    async stop() {
      forget()
      const ended = once(server, 'exit')
      // Ends with open connections, too.
      server.kill('SIGINT')
      await ended
      remove()
    },
  }
}

/** Whom root becomes, since PostgreSQL refuses to run as root; others stay who they are. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = /^(?:postgres|nobody):[^:]*:(?<uid>\d+):(?<gid>\d+):/m
  const { uid, gid } = line.exec(readFileSync('/etc/passwd', 'utf8'))?.groups ?? {}
  if (uid === undefined) throw new Error('/etc/passwd knows neither postgres nor nobody')
  return { uid: Number(uid), gid: Number(gid) }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
