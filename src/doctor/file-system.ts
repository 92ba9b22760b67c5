/** @module What kind of disk a file is on, by the number that Linux gives each kind. */

import { about, type Finding } from './finding.ts'

/** Of `statfs(2)`. */
const NETWORK: readonly number[] = [
  0x6969, // NFS
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x517b, // SMB
  0x01021997, // 9p, as folders of the host in virtual machines
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x73757245, // Coda
  0x47504653, // GPFS
  0x0bd00bd0, // Lustre
]
const FUSE = 0x65735546
const MEMORY: readonly number[] = [
  0x01021994, // tmpfs
  0x858458f6, // ramfs
]
const OVERLAY = 0x794c7630

/**
 * @param type what `statfs` says; `null` where it cannot be asked
 * @param platform that of Node: other systems have other numbers
 */
export function fileSystemFinding(type: number | null, platform: string): Finding {
  const on = about('file-system')
  const cure = 'Keep the file on a local disk that outlives the process, such as a mounted volume.'
  if (type === null || platform !== 'linux') {
    return on.unknown(
      'It cannot be told what kind of disk the file is on.',
      'Make sure that it is a local one: SQLite locks do not work on network file systems.',
    )
  }
  // Some systems give the number a sign.
  const kind = type >>> 0
  if (NETWORK.includes(kind)) {
    return on.serious(
      'The file is on a network file system, where the locks of SQLite do not work: it may be damaged.',
      cure,
    )
  }
  if (MEMORY.includes(kind))
    return on.serious('The file is in memory: it is gone when the machine restarts.', cure)
  if (kind === OVERLAY) {
    return on.warning(
      'The file is in the layers of a container: it is gone when the container is replaced.',
      cure,
    )
  }
  if (kind === FUSE) {
    return on.unknown(
      'The file is on a file system of a user program, which may be a network one.',
      'Make sure that it is a local one: SQLite locks do not work on network file systems.',
    )
  }
  return on.ok('The file is on a local disk.')
}
