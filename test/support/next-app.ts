/**
 * A real Next.js application around the packed tarball, built and started as a user would.
 *
 * @module
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
  /** Builds it; answers what the build printed. Rejects if the build fails, with that text. */
  build(env?: Record<string, string>): Promise<string>
  /** Starts the production server, or the development server. Default port: a free one. */
  start(options?: { dev?: boolean; env?: Record<string, string>; port?: number }): Promise<NextServer>
  /** Removes it from the disk. */
  remove(): void
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
const next = join(repository, 'node_modules/next/dist/bin/next')
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) kill(child, 'SIGKILL')
})

/**
 * Copies an application below the repository, where it finds Next.js, and gives it the
 * packed tarball: a linked package would be compiled differently.
 */
export function prepareApp(source: string, variant: Variant): NextApp {
  mkdirSync(workshop, { recursive: true })
  const dir = mkdtempSync(join(workshop, `${variant.name}-`))
  cpSync(source, dir, {
    recursive: true,
    filter: (path) => !/\/(node_modules|\.next|\.sojourn)(\/|$)/.test(path),
  })
  mkdirSync(join(dir, 'node_modules'))
  unpackTarball(join(dir, 'node_modules/sojourn'))
  const settings = {
    REPOSITORY: repository,
    CACHE_COMPONENTS: variant.cacheComponents === true ? '1' : '0',
    OUTPUT: variant.standalone === true ? 'standalone' : '',
    BASE_PATH: variant.basePath ?? '',
    NEXT_TELEMETRY_DISABLED: '1',
  }
  const bundler = variant.bundler === 'webpack' ? ['--webpack'] : []

  return {
    dir,
    async build(env = {}) {
      rmSync(join(dir, '.next'), { recursive: true, force: true })
      const child = launch([next, 'build', ...bundler], dir, { NODE_ENV: 'production', ...settings, ...env })
      const [code] = (await once(child.process, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`next build failed:\n${child.log()}`)
      return child.log()
    },
    async start({ dev = false, env = {}, port: wanted } = {}) {
      const port = wanted ?? (await freePort())
      const address = { PORT: String(port), HOSTNAME: '127.0.0.1' }
      if (variant.standalone === true && !dev) {
        const server = join(isolateStandalone(dir), 'server.js')
        return serve([server], join(server, '..'), port, {
          NODE_ENV: 'production',
          ...settings,
          ...address,
          ...env,
        })
      }
      const command = dev ? [next, 'dev', ...bundler] : [next, 'start']
      const mode = dev ? 'development' : 'production'
      return serve([...command, '-H', '127.0.0.1', '-p', String(port)], dir, port, {
        NODE_ENV: mode,
        ...settings,
        ...env,
      })
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** Moves the standalone output away from its sources, so that it can use nothing but what it copied. */
function isolateStandalone(dir: string): string {
  const target = join(dir, 'deployed')
  if (existsSync(target)) return join(target, readdirSync(target)[0] ?? '')
  const output = join(dir, '.next/standalone')
  const app = execFileSync('find', [output, '-name', 'server.js', '-not', '-path', '*/node_modules/*'], {
    encoding: 'utf8',
  })
  const inner = join(app.trim().split('\n')[0] ?? '', '..')
  cpSync(join(dir, '.next/static'), join(inner, '.next/static'), { recursive: true })
  mkdirSync(target)
  renameSync(output, join(target, 'standalone'))
  return inner.replace(output, join(target, 'standalone'))
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

let tarball: string | undefined

function unpackTarball(target: string): void {
  tarball ??= pack()
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', target])
}

function pack(): string {
  const folder = mkdtempSync(join(workshop, 'pack-'))
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string }]
  return join(folder, filename)
}
