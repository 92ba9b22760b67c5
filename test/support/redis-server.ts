/**
 * A real Redis of one's own, which a test may stop, kill, freeze and start again.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedisServer } from '../../scripts/tools.mjs'
import { atExit } from './at-exit.ts'

export interface RedisOptions {
  /** Keep an append-only file and sync it on every write, so that `kill9()` loses nothing. Default false. */
  appendonly?: boolean
  /** Default: a free port. */
  port?: number
  /** Working directory. Default: a new one, removed by `stop()`. */
  dir?: string
  /** More arguments for the server, such as `['--maxmemory', '2mb']`. */
  args?: readonly string[]
  /** A configuration file, read before everything else. Default: none. */
  config?: string
  /** The server program. Default: the one that `findRedisServer` finds. */
  binary?: string
}

export interface RedisServer {
  /** `redis://127.0.0.1:<port>`. Stays the same over `restart()`. */
  readonly url: string
  readonly port: number
  readonly dir: string
  /** Process id of the server that runs now. */
  readonly pid: number
  /** Shuts it down in order and removes its directory. */
  stop(): Promise<void>
  /** Ends it as a power cut would: SIGKILL, nothing is saved. Its directory stays. */
  kill9(): Promise<void>
  /** Starts it again on the same port and directory, after stopping it in order if it still runs. */
  restart(): Promise<void>
  /** Freezes it: connections stay open, nothing is answered. */
  pause(): void
  /** Ends the freeze. */
  resume(): void
}

/** Nodes of a cluster talk to each other on the port 10,000 above. */
export const HIGHEST_IN_CLUSTER = 55_535

const running = new Set<ChildProcess>()
const folders = new Set<string>()
atExit(() => {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Starts a server on 127.0.0.1 and resolves when it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const isInCluster = options.args?.includes('--cluster-enabled') === true
  const port = options.port ?? (await freePort(isInCluster ? HIGHEST_IN_CLUSTER : undefined))
  const dir = options.dir ?? newFolder()
  const args = options.config === undefined ? [] : [options.config]
  args.push('--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '')
  // By itself a master waits five seconds for more replicas before it serves the first.
  args.push('--repl-diskless-sync-delay', '0')
  if (options.appendonly) args.push('--appendonly', 'yes', '--appendfsync', 'always')
  args.push(...(options.args ?? []))
  let child = await launch(args, port, options.binary)

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!running.has(child)) return
    const ended = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return child.pid as number
    },
    async stop() {
      await end('SIGTERM')
      if (folders.delete(dir)) rmSync(dir, { recursive: true, force: true })
    },
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      child = await launch(args, port, options.binary)
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-redis-'))
  folders.add(folder)
  return folder
}

async function launch(args: string[], port: number, binary = findRedisServer()): Promise<ChildProcess> {
  if (binary === undefined) {
    throw new Error('redis-server not found. Install it: `node scripts/setup.mjs redis`, or set REDIS_BIN.')
  }
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const note = (chunk: Buffer): void => void (log = (log + chunk).slice(-2000))
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  child.once('error', (error) => note(Buffer.from(error.message)))
  running.add(child)
  child.once('exit', () => running.delete(child))

  for (let waited = 0; waited < 10_000; waited += 10) {
    if (child.exitCode !== null || child.pid === undefined) break
    if (await answers(port)) return child
    await sleep(10)
  }
  child.kill('SIGKILL')
  throw new Error(`${binary} did not start on port ${port}:\n${log}`)
}

/** False while the server is still reading its append-only file. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', (data) => end(data.toString().startsWith('+PONG')))
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
    socket.setTimeout(1000, () => end(false))
  })
}

/** A port of the loopback interface that nobody listens on, at most `highest`. */
export async function freePort(highest = 65_535): Promise<number> {
  for (;;) {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    if (port <= highest) return port
  }
}

/** Whether something listens on a port of the loopback interface. */
export async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
