/**
 * What a program did to its files, in order: its system calls, as strace sees them.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { findStrace } from '../../../scripts/tools.mjs'

/** One thing that was done. */
export type Step =
  | { call: 'open'; fd: number; path: string; creates: boolean; truncates: boolean }
  | { call: 'close'; fd: number }
  /** A sync makes safe what was done before it began, once it has ended; meanwhile others may write. */
  | { call: 'sync begins'; fd: number; thread: string }
  | { call: 'sync'; fd: number; thread: string }
  | { call: 'write'; fd: number; at: number | 'end'; bytes: Buffer }
  | { call: 'truncate'; fd: number; length: number }
  | { call: 'unlink'; path: string }
  | { call: 'mkdir'; path: string }

const CALLS = 'openat,close,write,pwrite64,ftruncate,fsync,fdatasync,unlink,mkdir'
/** Others would pass by unseen, so that nobody could say what is on the disk. */
const UNKNOWN =
  'writev,pwritev,pwritev2,fallocate,truncate,rename,renameat,renameat2,link,unlinkat,mkdirat,rmdir,sync,syncfs,sync_file_range'

/** Runs a program of ours to its end, and answers what its threads did to files below `root` and wrote to standard output. */
export async function record(root: string, args: string[]): Promise<Step[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sojourn-trace-'))
  const log = join(directory, 'log')
  try {
    const strace = [
      '-f',
      '-o',
      log,
      '-xx',
      '-s',
      '1000000',
      '-e',
      `trace=${CALLS},${UNKNOWN}`,
      '-e',
      'signal=none',
    ]
    const stdio = ['ignore', 'ignore', 'inherit'] as const
    const child = spawn(findStrace() ?? 'strace', [...strace, process.execPath, ...args], {
      stdio: [...stdio],
    })
    const [status] = (await once(child, 'exit')) as [number | null]
    if (status !== 0) throw new Error(`strace ${process.execPath} ended with ${String(status)}`)
    return await parse(log, root)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function parse(log: string, root: string): Promise<Step[]> {
  const steps: Step[] = []
  /** What is open of ours, and standard output. */
  const open = new Set([1])
  /** By thread: the first half of a call that took long enough for others to do something. */
  const unfinished = new Map<string, string>()
  for await (const raw of createInterface({ input: createReadStream(log, 'latin1') })) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(raw) ?? []
    const [, half] = /^(.*) <unfinished \.\.\.>$/.exec(text) ?? []
    if (half !== undefined) unfinished.set(thread, half)
    const line = text.replace(/^<\.\.\. \w+ resumed>/, () => unfinished.get(thread) ?? '')
    const step = half === undefined ? parseLine(line, thread) : beginning(half, thread)
    if (step === undefined || ('fd' in step ? !open.has(step.fd) : !isBelow(root, step.path))) {
      if (step?.call !== 'open' || !isBelow(root, step.path)) continue
      open.add(step.fd)
    }
    if (step.call === 'close') open.delete(step.fd)
    steps.push(step)
  }
  return steps
}

function isBelow(root: string, path: string): boolean {
  return path.startsWith(root) || path === dirname(root)
}

/** The beginning of a sync; of other calls the end alone counts. */
function beginning(half: string, thread: string): Step | undefined {
  const [, fd] = /^f(?:data)?sync\((\d+)/.exec(half) ?? []
  return fd === undefined ? undefined : { call: 'sync begins', fd: Number(fd), thread }
}

/** What a line says; nothing if the call failed or is of no interest. */
function parseLine(line: string, thread: string): Step | undefined {
  const [, call = '', args = '', result = ''] = /^(\w+)\((.*)\) += (-?\d+)/.exec(line) ?? []
  const value = Number(result)
  if (call === '' || value < 0) return undefined
  const [first = '', second = '', third = '', fourth = ''] = args.split(', ')
  const fd = Number(first)
  switch (call) {
    case 'openat':
      return {
        call: 'open',
        fd: value,
        path: text(second),
        creates: third.includes('O_CREAT'),
        truncates: third.includes('O_TRUNC'),
      }
    case 'write':
      return { call, fd, at: 'end', bytes: bytes(second).subarray(0, value) }
    case 'pwrite64':
      return { call: 'write', fd, at: Number(fourth), bytes: bytes(second).subarray(0, value) }
    case 'ftruncate':
      return { call: 'truncate', fd, length: Number(second) }
    case 'fsync':
    case 'fdatasync':
      return { call: 'sync', fd, thread }
    case 'close':
      return { call, fd }
    case 'unlink':
    case 'mkdir':
      return { call, path: text(first) }
    default:
      throw new Error(`a call that no disk of ours knows: ${line.slice(0, 200)}`)
  }
}

function text(quoted: string): string {
  return bytes(quoted).toString()
}

function bytes(quoted: string): Buffer {
  return Buffer.from(quoted.replaceAll(/["\\x]/g, ''), 'hex')
}
