/**
 * Fetches servers that this machine does not have, for the tests that run on all that are
 * there: `node scripts/servers.mjs`. They are Debian's packages of Redis and Valkey, of a
 * newer Debian perhaps, unpacked with their libraries into `.tmp/servers`. Nothing is
 * installed; to be rid of them, delete that folder.
 *
 * Needs `apt-get`, `dpkg-deb` and Debian's keys (package `debian-archive-keyring`), but not
 * root. They come from where this machine gets its packages, or from the mirror of Debian that
 * `MIRROR` names.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SERVERS_FOLDER } from './tools.mjs'

const MIRROR = process.env.MIRROR || findMirror()
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Which release of Debian has which servers. */
const RELEASES = { trixie: ['redis', 'valkey'], forky: ['redis', 'valkey'] }

const LIBRARIES = [
  'libatomic1',
  'libc6',
  'libcap2',
  'libgcc-s1',
  'libhiredis1.1.0',
  'libjemalloc2',
  'liblua5.1-0',
  'liblz4-1',
  'liblzf1',
  'liblzma5',
  'libssl3t64',
  'libstdc++6',
  'libsystemd0',
  'libzstd1',
  'lua-bitop',
  'lua-cjson',
  'zlib1g',
]

if (!existsSync(KEYS)) stop(`${KEYS} is missing. Install: apt-get install -y debian-archive-keyring`)
if (!MIRROR) stop('this machine gets no packages from Debian. Name a mirror in MIRROR.')
const failed = Object.entries(RELEASES).filter(([release, servers]) => !fetchRelease(release, servers))
if (failed.length > 0) stop(`nothing came of ${failed.map(([release]) => release).join(', ')}`)

/** The first mirror that apt is told of, but for those of security updates, which hold nothing else. */
function findMirror() {
  const targets = ['Created-By: Packages', 'Component: main']
  const uris = outputOf('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...targets])
  return uris.split('\n').find((uri) => uri !== '' && !uri.includes('security'))
}

/** Fetches the servers of a release, and says which versions they are. */
function fetchRelease(release, servers) {
  const root = join(SERVERS_FOLDER, '.releases', release)
  rmSync(root, { recursive: true, force: true })
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'packages', 'files']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'sources.list'), `deb [signed-by=${KEYS}] ${MIRROR} ${release} main\n`)
  writeFileSync(join(root, 'state', 'status'), '')

  const packages = servers.flatMap((server) => [`${server}-server`, `${server}-tools`])
  if (!apt(root, 'update') || !apt(root, 'download', ...packages, ...LIBRARIES)) return false
  const files = join(root, 'files')
  for (const name of readdirSync(join(root, 'packages'))) {
    run('dpkg-deb', ['-x', join(root, 'packages', name), files])
  }
  for (const folder of ['state', 'cache', 'packages']) rmSync(join(root, folder), { recursive: true })
  return servers.map((server) => provide(server, files)).every(Boolean)
}

/** Writes a program that starts a server with the libraries it was built for, named by its version. */
function provide(server, files) {
  const libraries = join(files, 'usr', 'lib')
  const platform = readdirSync(libraries).find((name) => name.endsWith('-linux-gnu')) ?? ''
  const loader = readdirSync(join(libraries, platform)).find((name) => name.startsWith('ld-linux')) ?? ''
  const path = join(libraries, platform)
  const program = join(files, 'usr', 'bin', `${server}-server`)
  const command = [join(path, loader), '--library-path', path, program]
  const version = /v=(\d+)\S*/.exec(outputOf(command[0], [...command.slice(1), '--version']))
  if (!version) return false
  const file = join(SERVERS_FOLDER, `${server}-${version[1]}`)
  const words = command.map((word) => `'${word}'`).join(' ')
  writeFileSync(file, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  say(`${server} ${version[0].slice(2)}: ${file}`)
  return true
}

/** apt-get with lists, caches and sources of its own, apart from those of the machine. */
function apt(root, ...args) {
  const options = {
    'Dir::Etc::SourceList': join(root, 'sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State': join(root, 'state'),
    'Dir::State::status': join(root, 'state', 'status'),
    'Dir::Cache': join(root, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  }
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return run('apt-get', ['-q', ...words, ...args], join(root, 'packages'))
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}

function outputOf(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? ''
}

function say(text) {
  console.error(`servers: ${text}`)
}

function stop(text) {
  say(text)
  process.exit(1)
}
