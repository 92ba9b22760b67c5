/**
 * A disk that is soon full.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'

/** A folder, and how to start a program for which it is small. */
export interface SmallDisk {
  directory: string
  by: readonly string[]
  remove(): void
}

const MOUNT = 'mount -t tmpfs -o OPTIONS tmpfs "$0" && exec "$@"'
/** As root; as anybody, where the system allows it; as root on a build machine. */
const WAYS = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
  process.env['CI'] ? ['sudo', '-n', 'unshare', '-m'] : [],
]
/** In most containers nobody may mount, but this one is small, in bytes. */
const SHARED = '/dev/shm'
const SMALL = 256 * 2 ** 20

/** Finds one. Only the program sees what is on it, if it was mounted for it. */
export function smallDisk(): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'sojourn-full-'))
  const by = mounting('size=12m', directory)
  if (by) return { directory, by, remove: () => rmSync(directory, { recursive: true }) }
  rmSync(directory, { recursive: true })
  return sharedMemory()
}

/** How to start a program that finds an empty disk in a directory; `undefined` where that is not allowed. */
export function mounting(options: string, directory: string): readonly string[] | undefined {
  const mount = ['sh', '-c', MOUNT.replace('OPTIONS', options), directory]
  const ways = WAYS.filter((way) => way.length > 0).map((way) => [...way, ...mount])
  return ways.find(([command = '', ...args]) => spawnSync(command, [...args, 'true']).status === 0)
}

function sharedMemory(): SmallDisk {
  const { blocks, bsize } = statfsSync(SHARED)
  if (blocks * bsize > SMALL) {
    throw new Error(
      'This test needs a small disk. Run it as root, or allow user namespaces: ' +
        'sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0',
    )
  }
  const directory = mkdtempSync(join(SHARED, 'sojourn-full-'))
  return { directory, by: [], remove: () => rmSync(directory, { recursive: true }) }
}
