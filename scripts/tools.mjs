/**
 * Where the programs are that the tests talk to. Used by scripts/setup.mjs, which
 * installs them, and by test/support, which starts them.
 */

import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAC_BROWSERS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Where packages of PostgreSQL put a folder for each version. */
const POSTGRES_FOLDERS = [
  ['/usr/lib/postgresql', ''],
  ['/opt/homebrew/opt', 'postgresql'],
  ['/usr/local/opt', 'postgresql'],
]

/** The Redis or Valkey server: `REDIS_BIN`, or the first on PATH. */
export function findRedisServer() {
  return process.env.REDIS_BIN || firstOnPath('redis-server', 'valkey-server')
}

/** Where scripts/servers.mjs puts more servers. */
export const SERVERS_FOLDER = fileURLToPath(new URL('../.tmp/servers', import.meta.url))

/**
 * Every server there is: those that `REDIS_SERVERS` names, divided as in PATH, or else the one
 * of `findRedisServer`, the first Valkey on PATH, and those of scripts/servers.mjs.
 */
export function findRedisServers() {
  const named = process.env.REDIS_SERVERS?.split(delimiter).filter(Boolean)
  if (named?.length) return named
  const fetched = existsSync(SERVERS_FOLDER) ? readdirSync(SERVERS_FOLDER) : []
  const found = [
    findRedisServer(),
    firstOnPath('valkey-server'),
    ...fetched.map((name) => join(SERVERS_FOLDER, name)),
  ]
  return [...new Set(found)].filter((file) => file !== undefined && isExecutable(file))
}

/** The browser: `CHROMIUM_PATH`, the first on PATH, an application on macOS, or Playwright's own download. */
export function findChromium() {
  return (
    process.env.CHROMIUM_PATH ||
    firstOnPath('chromium', 'google-chrome', 'google-chrome-stable') ||
    MAC_BROWSERS.find(isExecutable) ||
    playwrightDownload()
  )
}

/** The load generator of the benchmark: `WRK_PATH`, or the first on PATH. */
export function findWrk() {
  return process.env.WRK_PATH || firstOnPath('wrk')
}

/** What shows the system calls of a program, on Linux: `STRACE_PATH`, or the first on PATH. */
export function findStrace() {
  return process.env.STRACE_PATH || firstOnPath('strace')
}

/** The server of memcached: `MEMCACHED_PATH`, or the first on PATH. */
export function findMemcached() {
  return process.env.MEMCACHED_PATH || firstOnPath('memcached')
}

/** The folder of PostgreSQL's programs: `POSTGRES_BIN`, or the newest of those that packages make. They are not on PATH. */
export function findPostgres() {
  const folders = POSTGRES_FOLDERS.flatMap(([parent, prefix]) =>
    (existsSync(parent) ? readdirSync(parent) : [])
      .filter((name) => name.startsWith(prefix))
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(parent, name, 'bin')),
  )
  const onPath = firstOnPath('initdb')
  if (onPath !== undefined) folders.push(dirname(onPath))
  return (
    process.env.POSTGRES_BIN ||
    folders.find((folder) => ['initdb', 'postgres'].every((name) => isExecutable(join(folder, name))))
  )
}

function firstOnPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function playwrightDownload() {
  try {
    const { chromium } = createRequire(import.meta.url)('playwright-core')
    return [chromium.executablePath()].find(isExecutable)
  } catch {
    return undefined
  }
}
