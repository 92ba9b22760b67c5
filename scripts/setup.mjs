/**
 * Makes a fresh machine ready: `node scripts/setup.mjs [redis] [memcached] [postgres] [chromium] [strace]`.
 *
 * Runs before `npm run demo` and `npm test`. Needs Node >= 20 and npm, nothing
 * else, and says nothing when there is nothing to do. What it may not install by
 * itself it names, with the line to type.
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium, findMemcached, findPostgres, findRedisServer, findStrace, findWrk } from './tools.mjs'

/** The oldest Node that every development tool supports. The package itself asks for less, see `engines`. */
const NODE = [22, 19]

/** The one that is fetched where there is an older one. */
const FETCHED_NODE = '24.22.3'

const TOOLS = {
  redis: { variable: 'REDIS_URL', find: findRedisServer, apt: 'redis-server', brew: 'redis' },
  memcached: { variable: 'MEMCACHED_PATH', find: findMemcached, apt: 'memcached', brew: 'memcached' },
  postgres: { variable: 'POSTGRES_BIN', find: findPostgres, apt: 'postgresql', brew: 'postgresql@17' },
  wrk: { variable: 'WRK_PATH', find: findWrk, apt: 'wrk', brew: 'wrk' },
  strace: { variable: 'STRACE_PATH', find: findStrace, apt: 'strace' },
  chromium: { variable: 'CHROMIUM_PATH', find: findChromium, apt: 'chromium', brew: '--cask chromium' },
}

// On Ubuntu the apt package is a shell around a snap, which containers cannot run.
const NO_APT_CHROMIUM = /^ID=ubuntu$/m.test(read('/etc/os-release'))
const PLAYWRIGHT = ['playwright-core', 'install', '--with-deps', '--no-shell', 'chromium']

// The package for Debian makes a database of its own and starts it, unless this file says not to.
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/sojourn-setup.conf'

const BIN = join('node_modules', '.bin')
const APT_INSTALL = ['install', '-y', '--no-install-recommends']
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
installPackages()
installNode()
installTools(process.argv.slice(2))

/**
 * Puts a newer Node at node_modules/.bin/node: npm puts that folder first on the PATH of every
 * script. It lives in a folder of its own, because `npm ci` empties node_modules, and it is the
 * platform's own package because `node` needs an install script, which npm 12 refuses.
 */
function installNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const home = '.node'
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
  // Where it is there, this may be the one: then `npm ci` has just removed the way to it.
  if (isNew && !existsSync(home)) return

  const name = `node-linux-${process.arch}`
  const binary = join(home, 'node_modules', name, 'bin', 'node')
  const works = () => spawnSync(binary, ['--version']).status === 0

  if (process.platform === 'linux' && !works()) {
    say(
      `the tools need Node ${NODE.join('.')}, this is ${process.versions.node}: getting Node ${FETCHED_NODE} beside it`,
    )
    mkdirSync(home, { recursive: true })
    run('npm', [
      'install',
      '--prefix',
      home,
      '--no-save',
      '--no-package-lock',
      ...QUIET,
      `${name}@${FETCHED_NODE}`,
    ])
  }
  if (!works()) {
    stop(
      `the tools need Node ${NODE.join('.')} or newer, this is ${process.versions.node}. Install:`,
      process.platform === 'darwin'
        ? '  brew install node@24 && brew link --overwrite node@24'
        : '  https://nodejs.org/en/download',
    )
  }
  const link = join(BIN, 'node')
  mkdirSync(BIN, { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(join('..', '..', binary), link)
}

function installPackages() {
  const stamp = join('node_modules', '.setup')
  const lockHash = () => createHash('sha256').update(read('package-lock.json')).digest('hex')
  if (read(stamp) === lockHash()) return
  if (!run('npm', ['ci', '--include=dev', ...QUIET])) stop('npm ci failed, see above')
  writeFileSync(stamp, lockHash())
}

function installTools(names) {
  const wanted = names.filter((name) => TOOLS[name].brew || process.platform === 'linux')
  const missing = () => wanted.filter((name) => !process.env[TOOLS[name].variable] && !TOOLS[name].find())
  let left = missing()
  if (left.length === 0) return

  const sudo = process.platform === 'linux' && rootPrefix()
  if (sudo) {
    say(`not found: ${left.join(', ')}`)
    const packages = aptPackages(left)
    if (packages.length > 0) aptInstall(sudo, packages)
    if (needsPlaywright(left)) run('npx', PLAYWRIGHT)
    left = missing()
  }
  if (left.length === 0) return
  stop(
    `not found: ${left.join(', ')}. Install:`,
    ...instructions(left).map((line) => `  ${line}`),
    'or point at your own:',
    ...left.map((name) => `  export ${TOOLS[name].variable}=...`),
    '`npm run test:unit` and `npm run demo` need none of them.',
  )
}

/** How to become root without asking anybody: not at all, or by sudo on a build machine. */
function rootPrefix() {
  if (process.getuid() === 0) return []
  const allowed = process.env.CI && spawnSync('sudo', ['-n', 'true']).status === 0
  return allowed ? ['sudo', '-n'] : undefined
}

function aptInstall(sudo, packages) {
  const hasPostgres = packages.includes(TOOLS.postgres.apt)
  if (hasPostgres) {
    const write = `mkdir -p ${dirname(NO_CLUSTER)} && echo "create_main_cluster = false" > ${NO_CLUSTER}`
    asRoot(sudo, 'sh', '-c', write)
  }
  if (!apt(sudo, ...APT_INSTALL, ...packages)) {
    apt(sudo, 'update')
    apt(sudo, ...APT_INSTALL, ...packages)
  }
  if (hasPostgres) asRoot(sudo, 'rm', '-f', NO_CLUSTER)
}

function apt(sudo, ...args) {
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=300']
  return asRoot(sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, ...args)
}

function asRoot(sudo, ...line) {
  const [command, ...args] = [...sudo, ...line]
  return run(command, args)
}

function instructions(names) {
  if (process.platform === 'darwin') return names.map((name) => `brew install ${TOOLS[name].brew}`)
  if (process.platform !== 'linux') return ['npm test, inside WSL or a Linux container']
  const packages = aptPackages(names)
  return [
    packages.length > 0 &&
      `sudo apt-get update && sudo apt-get ${APT_INSTALL.join(' ')} ${packages.join(' ')}`,
    needsPlaywright(names) && `npx ${PLAYWRIGHT.join(' ')}`,
  ].filter(Boolean)
}

function aptPackages(names) {
  return names.filter((name) => !needsPlaywright([name])).map((name) => TOOLS[name].apt)
}

function needsPlaywright(names) {
  return NO_APT_CHROMIUM && names.includes('chromium')
}

function run(command, args) {
  say([command, ...args].join(' '))
  // Standard input is closed: nothing here may wait for an answer.
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: [join(process.cwd(), BIN), process.env.PATH].join(delimiter) },
    shell: process.platform === 'win32',
  })
  return status === 0
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function say(text) {
  console.error(`setup: ${text}`)
}

function stop(...lines) {
  say(lines.join('\n'))
  process.exit(1)
}
