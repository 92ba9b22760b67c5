/**
 * Load on one server, by wrk: 64 connections that are kept alive, each request with another cookie.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findWrk } from '../../scripts/tools.mjs'

const CONNECTIONS = 64

/** What a run of load came to. */
export interface Load {
  /** Requests answered per second. */
  rate: number
  requests: number
}

/**
 * @param cookies none for visitors without a session
 * @throws if an answer was not 200
 */
export async function load(
  url: string,
  cookies: readonly string[],
  seconds: number,
  folder: string,
): Promise<Load> {
  const script = join(folder, 'load.lua')
  writeFileSync(join(folder, 'cookies.txt'), cookies.join('\n'))
  writeFileSync(script, scriptOf(join(folder, 'cookies.txt')))
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, url]
  const wrk = spawn(findWrk() ?? 'wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output: Buffer[] = []
  wrk.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  await once(wrk, 'close')
  const text = Buffer.concat(output).toString()
  const [rate, requests, failed] = (/RESULT ([\d.]+) (\d+) (\d+)/.exec(text) ?? []).slice(1).map(Number)
  if (rate === undefined || requests === undefined || failed !== 0)
    throw new Error(`load on ${url} failed:\n${text}`)
  return { rate, requests }
}

/** Builds each request once. */
function scriptOf(cookies: string): string {
  return `
local requests, at = {}, 0
function init()
  for line in io.lines("${cookies}") do
    requests[#requests + 1] = wrk.format("GET", wrk.path, { Cookie = line })
  end
  if #requests == 0 then requests[1] = wrk.format("GET", wrk.path) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, all)
  local e = summary.errors
  print(string.format("RESULT %.1f %d %d", summary.requests / summary.duration * 1e6, summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`
}
