/**
 * Applications of others, in folders outside of this repository: made by their generators or by a
 * plain `npm install`, with the packed package.
 *
 * @module
 */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { freePort, takesConnections } from '../support/redis-server.ts'

const execute = promisify(execFile)
/** What npm says of the others alone: that they are old, or have scripts. */
const OF_OTHERS = /deprecated|install-scripts|EBADENGINE|^npm warn\s*$/
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']

/** Pages show servers on port 3000, which is not ours to take: these listen on PORT. */
const ON_PORT = `data:text/javascript,${encodeURIComponent(`
import net from 'node:net'
const { listen } = net.Server.prototype
net.Server.prototype.listen = function (_, ...rest) {
  const callback = rest.findLast((each) => typeof each === 'function')
  return listen.call(this, { port: Number(process.env.PORT), host: '127.0.0.1' }, callback)
}`)}`

type Environment = Record<string, string | undefined>

/** What vitest and npm set for the tests is not for the applications. */
const inherited: Environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV|npm_config_)/.test(name)),
  ),
  NEXT_TELEMETRY_DISABLED: '1',
}

/** A place for applications. */
export interface Workshop {
  /** Makes an application of these packages, such as `next@14`, and of ours. */
  install(packages: readonly string[]): Promise<Application>
  /** Makes one as the newest `create-next-app` does for who only presses Enter, and installs ours. */
  createNextApp(): Promise<Application>
  remove(): void
}

/** An installed application. */
export interface Application {
  folder: string
  /** What npm had to say of more than the others. */
  complaints: string[]
  write(files: Record<string, string>): void
  /** Installs more packages. */
  add(packages: readonly string[]): Promise<void>
  /** Runs a module and answers what it wrote, errors included. */
  run(source: string, more?: Environment): Promise<string>
  /** Runs a tool of the application, such as `tsc`; answers what it wrote. Rejects with that if it fails. */
  tool(name: string, args: readonly string[], more?: Environment): Promise<string>
  /** Runs a module that listens, on a free port whatever it asks for; resolves when it answers there. */
  listen(file: string, more?: Environment): Promise<Served>
  /** Builds these files as a Next.js application, and serves it. */
  serve(files: Record<string, string>): Promise<Served>
  /** Serves the Next.js application that was built, or develops it. */
  start(mode: 'start' | 'dev'): Promise<Served>
}

/** A running server. */
export interface Served {
  url: string
  /** All that it printed so far. */
  log(): string
  stop(): Promise<void>
}

/** Makes a place for the applications of one test file. */
export async function openWorkshop(): Promise<Workshop> {
  const home = mkdtempSync(join(tmpdir(), 'sojourn-outside-'))
  const tarball = inject('tarball')
  const newFolder = (): string => mkdtempSync(join(home, 'app-'))

  async function finish(folder: string, packages: readonly string[]): Promise<Application> {
    const { stderr } = await npm([...INSTALL, ...packages, tarball], folder)
    const complaints = stderr.split('\n').filter((line) => line !== '' && !OF_OTHERS.test(line))
    return { ...applicationIn(folder), complaints }
  }

  return {
    async install(packages) {
      const folder = newFolder()
      write(folder, { 'package.json': '{"name":"app","private":true}' })
      return finish(folder, packages)
    },
    async createNextApp() {
      const folder = newFolder()
      const options = ['--yes', '--use-npm', '--disable-git', '--skip-install']
      await npm(['exec', '--yes', 'create-next-app@latest', '--', 'app', ...options], folder)
      return finish(join(folder, 'app'), [])
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function applicationIn(folder: string): Omit<Application, 'complaints'> {
  const at = (env: Environment = {}) => ({
    cwd: folder,
    env: { ...inherited, ...env } as NodeJS.ProcessEnv,
  })

  const application: Omit<Application, 'complaints'> = {
    folder,
    write: (files) => write(folder, files),
    add: async (packages) => void (await npm([...INSTALL, ...packages], folder)),
    async run(source, more) {
      write(folder, { 'run.mjs': source })
      try {
        const { stdout } = await execute(process.execPath, ['run.mjs'], { ...at(more), timeout: 60_000 })
        return stdout.trim()
      } catch (error) {
        return String((error as { stderr?: unknown }).stderr)
      }
    },
    async tool(name, args, more) {
      try {
        const { stdout, stderr } = await execute('npm', ['exec', '--no', name, '--', ...args], at(more))
        return stdout + stderr
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: unknown; stderr?: unknown }
        throw new Error(`${name} failed:\n${String(stdout)}\n${String(stderr)}`)
      }
    },
    async listen(file, more) {
      const port = await freePort()
      const args = ['--no-warnings', '--experimental-strip-types', '--import', ON_PORT, file]
      const server = spawn(process.execPath, args, {
        ...at({ PORT: `${port}`, ...more }),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended = once(server, 'exit')
      let log = ''
      for (const stream of [server.stdout, server.stderr])
        stream.on('data', (chunk: Buffer) => void (log += String(chunk)))
      while (!(await takesConnections(port))) {
        if (server.exitCode !== null) throw new Error(`${file} ended:\n${log}`)
        await sleep(50)
      }
      return {
        url: `http://127.0.0.1:${port}`,
        log: () => log,
        async stop() {
          server.kill()
          await ended
        },
      }
    },
    async serve(files) {
      write(folder, files)
      await application.tool('next', ['build'])
      return application.start('start')
    },
    async start(mode) {
      const port = await freePort()
      const next = join(folder, 'node_modules/next/dist/bin/next')
      const args = [next, mode, '-H', '127.0.0.1', '-p', `${port}`]
      // A group of its own, since `next` starts further processes that must end with it.
      const server = spawn(process.execPath, args, {
        ...at({ NODE_ENV: mode === 'dev' ? 'development' : 'production' }),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      const ended = once(server, 'exit')
      let log = ''
      const isReady = new Promise<void>((resolve) => {
        for (const stream of [server.stdout, server.stderr])
          stream.on('data', (chunk: Buffer) => {
            log += String(chunk)
            if (log.includes('Ready')) resolve()
          })
      })
      const failed = ended.then(() => Promise.reject(new Error(`next ${mode} ended:\n${log}`)))
      failed.catch(() => {})
      await Promise.race([isReady, failed])
      return {
        url: `http://127.0.0.1:${port}`,
        log: () => log,
        async stop() {
          process.kill(-(server.pid as number), 'SIGTERM')
          await ended
        },
      }
    },
  }
  return application
}

function npm(args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  return execute('npm', [...args], { cwd, env: inherited as NodeJS.ProcessEnv, maxBuffer: 2 ** 26 })
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
