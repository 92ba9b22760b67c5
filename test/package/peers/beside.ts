/** @module Applications in folders of their own, which install the packed package beside others. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../support/redis-server.ts'

const ROOT = join(import.meta.dirname, '../../..')
const run = promisify(execFile)
/** What npm says of the others alone: that they are old, or have scripts. */
const OF_OTHERS = /deprecated|install-scripts|EBADENGINE|^npm warn\s*$/

type Environment = Record<string, string | undefined>

/** What vitest and npm set for the tests is not for the applications. */
const env: Environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV|npm_config_)/.test(name)),
)

/** A place for applications. */
export interface Workshop {
  /** Makes an application of these packages, such as `next@14`, and of ours. */
  install(packages: readonly string[]): Promise<Application>
  remove(): void
}

/** An installed application. */
export interface Application {
  folder: string
  /** What npm had to say of more than the others. */
  complaints: string[]
  /** Runs a module and answers what it wrote, errors included. */
  run(source: string, more?: Environment): Promise<string>
  /** Builds these files as a Next.js application, and serves it. */
  serve(files: Record<string, string>): Promise<{ url: string; stop(): Promise<void> }>
}

/** Packs what was built. */
export async function openWorkshop(): Promise<Workshop> {
  const home = mkdtempSync(join(tmpdir(), 'sojourn-peers-'))
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], {
    cwd: ROOT,
    env: env as NodeJS.ProcessEnv,
  })
  const tarball = join(
    home,
    readdirSync(home).find((name) => name.endsWith('.tgz'))!,
  )

  async function install(packages: readonly string[]): Promise<Application> {
    const folder = mkdtempSync(join(home, 'app-'))
    write(folder, { 'package.json': '{"name":"app","private":true}' })
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
    const { stderr } = await run('npm', [...args, ...packages, tarball], {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
    })
    const complaints = stderr.split('\n').filter((line) => line !== '' && !OF_OTHERS.test(line))
    return {
      folder,
      complaints,
      async run(source, more = {}) {
        writeFileSync(join(folder, 'run.mjs'), source)
        try {
          const { stdout } = await run(process.execPath, ['run.mjs'], {
            cwd: folder,
            env: { ...env, ...more } as NodeJS.ProcessEnv,
            timeout: 60_000,
          })
          return stdout.trim()
        } catch (error) {
          return String((error as { stderr?: unknown }).stderr)
        }
      },
      async serve(files) {
        write(folder, files)
        const next = join(folder, 'node_modules/next/dist/bin/next')
        const quiet: Environment = { ...env, NEXT_TELEMETRY_DISABLED: '1' }
        const options = { cwd: folder, env: quiet as NodeJS.ProcessEnv }
        await run(process.execPath, [next, 'build'], options)
        const port = await freePort()
        const server = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', `${port}`], {
          ...options,
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        for await (const line of server.stdout) if (String(line).includes('Ready')) break
        return {
          url: `http://127.0.0.1:${port}`,
          async stop() {
            const ended = once(server, 'exit')
            server.kill()
            await ended
          },
        }
      },
    }
  }

  return { install, remove: () => rmSync(home, { recursive: true, force: true }) }
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
