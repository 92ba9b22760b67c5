/**
 * A real Next.js application around the packed tarball, built and started as a user would.
 *
 * @module
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  type Dirent,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { atExit } from './at-exit.ts'
import { freePort } from './redis-server.ts'

/** How an application is built and run. */
export interface Variant {
  name: string
  cacheComponents?: boolean
  bundler?: 'turbopack' | 'webpack'
  standalone?: boolean
  /** Below which path of its server it lives, such as `/shop`. Default: the root. */
  basePath?: string
}

/** An application on disk. */
export interface NextApp {
  readonly dir: string
  /** Starts the production server, or the development server. Default port: a free one. */
  start(options?: { dev?: boolean; env?: Record<string, string>; port?: number }): Promise<NextServer>
  /** Removes what is ours alone of it. */
  remove(): void
}

/** An application that a test file builds for itself. */
export interface OwnApp extends NextApp {
  /** Builds it; answers what the build printed. Rejects if the build fails, with that text. */
  build(): Promise<string>
}

/** An application that is built once for all test files. */
export interface BuiltApp extends NextApp {
  /** What the build printed. */
  readonly buildLog: string
}

/** A running application. */
export interface NextServer {
  readonly url: string
  readonly port: number
  /** All that it printed so far. */
  log(): string
  /** Ends it in order, or as a crash would. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const repository = join(import.meta.dirname, '../..')
const workshop = join(repository, '.tmp')
const builds = join(workshop, 'builds')
const next = join(repository, 'node_modules/next/dist/bin/next')
/** A build must work without its store. */
const UNREACHABLE = { REDIS_URL: 'redis://127.0.0.1:1' }
const running = new Set<ChildProcess>()
atExit(() => {
  for (const child of running) kill(child, 'SIGKILL')
})

/**
 * Copies an application below the repository, where it finds Next.js, and gives it the
 * packed tarball: a linked package would be compiled differently.
 */
export function prepareApp(source: string, variant: Variant): OwnApp {
  const dir = copyApp(source, variant)
  return { ...appIn(dir, dir, variant), build: () => build(dir, variant) }
}

/**
 * An application with the files that `complete` adds, built by the first test file that asks for
 * it: those that come meanwhile wait, and each serves it from a working directory of its own.
 */
export async function buildApp(
  source: string,
  variant: Variant,
  complete: (dir: string) => void = () => {},
): Promise<BuiltApp> {
  const copy = copyApp(source, variant)
  complete(copy)
  const dir = join(builds, `${variant.name}-${digestOf(copy)}`)
  const log = join(dir, 'build.log')
  const builder = join(dir, 'builder.pid')
  mkdirSync(builds, { recursive: true })
  writeFileSync(join(copy, 'builder.pid'), `${process.pid}`)
  for (;;) {
    if (existsSync(log)) break
    if (existsSync(builder) && !isAlive(Number(readFileSync(builder, 'utf8'))))
      rmSync(dir, { recursive: true, force: true })
    if (!rename(copy, dir)) {
      await sleep(200)
      continue
    }
    try {
      writeFileSync(log, await build(dir, variant))
    } catch (error) {
      rmSync(dir, { recursive: true, force: true })
      throw error
    }
  }
  rmSync(copy, { recursive: true, force: true })
  const home = mkdtempSync(join(tmpdir(), `sojourn-${variant.name}-`))
  return { ...appIn(dir, home, variant), buildLog: readFileSync(log, 'utf8') }
}

function copyApp(source: string, { name }: Variant): string {
  mkdirSync(workshop, { recursive: true })
  const dir = mkdtempSync(join(workshop, `${name}-`))
  cpSync(source, dir, {
    recursive: true,
    filter: (path) => !/\/(node_modules|\.next|\.sojourn)(\/|$)/.test(path),
  })
  const ours = join(dir, 'node_modules/sojourn')
  mkdirSync(ours, { recursive: true })
  execFileSync('tar', ['xzf', inject('tarball'), '--strip-components=1', '-C', ours])
  return dir
}

/** Serves the application in `dir` from the working directory `home`, which is removed with it. */
function appIn(dir: string, home: string, variant: Variant): NextApp {
  return {
    dir,
    async start({ dev = false, env = {}, port: wanted } = {}) {
      const port = wanted ?? (await freePort())
      const settings = { ...settingsOf(variant), ...env, NODE_ENV: dev ? 'development' : 'production' }
      if (variant.standalone === true) {
        const server = standaloneServer(dir)
        const address = { PORT: `${port}`, HOSTNAME: '127.0.0.1' }
        return serve([server], join(server, '..'), port, { ...settings, ...address })
      }
      const command = dev ? [next, 'dev', ...bundlerOf(variant)] : [next, 'start']
      return serve([...command, dir, '-H', '127.0.0.1', '-p', `${port}`], home, port, settings)
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

async function build(dir: string, variant: Variant): Promise<string> {
  const child = launch([next, 'build', ...bundlerOf(variant)], dir, {
    NODE_ENV: 'production',
    ...settingsOf(variant),
    ...UNREACHABLE,
  })
  const [code] = (await once(child.process, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`next build failed:\n${child.log()}`)
  if (variant.standalone === true) isolateStandalone(dir)
  return child.log()
}

function settingsOf({ cacheComponents, standalone, basePath }: Variant): Record<string, string> {
  return {
    REPOSITORY: repository,
    CACHE_COMPONENTS: cacheComponents === true ? '1' : '0',
    OUTPUT: standalone === true ? 'standalone' : '',
    BASE_PATH: basePath ?? '',
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

function bundlerOf({ bundler }: Variant): string[] {
  return bundler === 'webpack' ? ['--webpack'] : []
}

/** Of the application and of the package in it. */
function digestOf(dir: string): string {
  const hash = createHash('sha256')
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }).sort(byPath)) {
    if (entry.isFile()) hash.update(pathOf(entry).slice(dir.length)).update(readFileSync(pathOf(entry)))
  }
  return hash.digest('hex').slice(0, 16)
}

function byPath(a: Dirent, b: Dirent): number {
  return pathOf(a) < pathOf(b) ? -1 : 1
}

function pathOf(entry: Dirent): string {
  return join(entry.parentPath, entry.name)
}

/** False if there is one already. */
function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Moves the standalone output away from its sources, so that it can use nothing but what it copied. */
function isolateStandalone(dir: string): void {
  const output = join(dir, '.next/standalone')
  const app = join(output, relative(repository, dir))
  cpSync(join(dir, '.next/static'), join(app, '.next/static'), { recursive: true })
  mkdirSync(join(dir, 'deployed'))
  renameSync(output, join(dir, 'deployed/standalone'))
}

function standaloneServer(dir: string): string {
  return join(dir, 'deployed/standalone', relative(repository, dir), 'server.js')
}

async function serve(
  args: string[],
  cwd: string,
  port: number,
  env: Record<string, string>,
): Promise<NextServer> {
  const child = launch(args, cwd, env)
  const url = `http://127.0.0.1:${port}`
  for (let waited = 0; !(await answers(url)); waited += 100) {
    if (waited > 60_000 || child.process.exitCode !== null)
      throw new Error(`the server did not start:\n${child.log()}`)
    await sleep(100)
  }
  return {
    url,
    port,
    log: child.log,
    async stop(signal = 'SIGTERM') {
      if (child.process.exitCode !== null || child.process.signalCode !== null) return
      const exit = once(child.process, 'exit')
      kill(child.process, signal)
      await exit
    },
  }
}

function launch(
  args: string[],
  cwd: string,
  env: Record<string, string>,
): { process: ChildProcess; log: () => string } {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  // A group of its own, since `next` starts further processes that must end with it.
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let log = ''
  const note = (chunk: Buffer): void => void (log += chunk)
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  return { process: child, log: () => log }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), signal)
  } catch {
    child.kill(signal)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/favicon.ico`, { signal: AbortSignal.timeout(5000) })
    return true
  } catch {
    return false
  }
}
