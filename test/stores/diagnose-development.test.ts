import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startPatient } from './diagnose/servers.ts'

const SRC = new URL('../../src/', import.meta.url).href

/** Runs an application until it ends by itself. `made` is its store, `stored()` stores a session. */
async function run(
  store: string,
  work: string,
  env: { NODE_ENV?: 'development' | 'production' | 'test' | undefined; FILE?: string } = {
    NODE_ENV: 'development',
  },
): Promise<{ code: number; stdout: string; warnings: string[] }> {
  const script = `
    import { createSessions } from '${SRC}index.ts'
    import { memoryStore } from '${SRC}stores/memory.ts'
    import { sqliteStore } from '${SRC}stores/sqlite.ts'
    import { redisStore } from '${SRC}stores/redis.ts'
    import { createClient } from 'redis'
    const made = ${store}
    let count = 0
    process.on('warning', () => count++)
    async function warned(times) {
      while (count < times) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    async function stored(sessions) {
      const session = await sessions.open({ header: null, canWrite: true, send() {} })
      await session.set('a', 1)
    }
    ${work}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_ENV: undefined, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  const warnings = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('(Use `node'))
  return { code, stdout: stdout.trim(), warnings }
}

function redisAt(url: string): string {
  return `redisStore(() => createClient({ url: '${url}' }))`
}

const UNSAFE = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']
const ONCE = `
  const sessions = createSessions({ store: made })
  await stored(sessions)
  await warned(2)
  await sessions.close()`

test.concurrent('in development, each serious finding is a warning of one line', async ({
  onTestFinished,
}) => {
  const { server } = await startPatient(UNSAFE, {}, onTestFinished)
  const { code, warnings } = await run(redisAt(server.url), ONCE)
  expect(code).toBe(0)
  expect(warnings.map((line) => line.replace(/^\(node:\d+\) /, ''))).toEqual([
    '[SOJOURN_EVICTION_POLICY] SojournWarning: The session store (redis) is not safe. The eviction policy is allkeys-lru: when memory runs short, Redis signs people out. Set `maxmemory-policy noeviction`.',
    expect.stringMatching(/^\[SOJOURN_PERSISTENCE\] SojournWarning: .*appendonly yes/),
  ])
})

test.concurrent('it is said once, although the store is made again and again', async ({ onTestFinished }) => {
  const { server } = await startPatient(UNSAFE, {}, onTestFinished)
  const { warnings } = await run(
    redisAt(server.url),
    `${ONCE}
    for (let i = 0; i < 3; i++) {
      const again = createSessions({ store: ${redisAt(server.url)} })
      await stored(again)
      await new Promise((resolve) => setTimeout(resolve, 200))
      await again.close()
    }`,
  )
  expect(warnings).toHaveLength(2)
})

// Long enough for warnings that must not come: the test before waits for those that come.
const PATIENT = `
  const sessions = createSessions({ store: made, ...options })
  await stored(sessions)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await sessions.close()`

test.concurrent.for([
  ['in production', { NODE_ENV: 'production' }, '{}'],
  ['in tests', { NODE_ENV: 'test' }, '{}'],
  ['if that was switched off', { NODE_ENV: 'development' }, '{ diagnose: false }'],
] as const)('nothing is said %s', async ([, env, options], { onTestFinished }) => {
  const { server, redis } = await startPatient(UNSAFE, {}, onTestFinished)
  const before = Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
  const { code, warnings } = await run(redisAt(server.url), `const options = ${options};${PATIENT}`, env)
  expect({ code, warnings }).toEqual({ code: 0, warnings: [] })
  const commands = Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]) - before
  expect(commands).toBeLessThan(20)
})

test.concurrent('nothing is asked before the store is used', async ({ onTestFinished }) => {
  const { server, redis } = await startPatient(UNSAFE, {}, onTestFinished)
  const connections = async (): Promise<number> =>
    Number(/total_connections_received:(\d+)/.exec(await redis.info('stats'))?.[1])
  const before = await connections()
  const { warnings } = await run(
    redisAt(server.url),
    'createSessions({ store: made }); await new Promise((resolve) => setTimeout(resolve, 500))',
  )
  expect(warnings).toEqual([])
  expect(await connections()).toBe(before)
})

test.concurrent('an operation does not wait for it, and neither does the end of the process', async ({
  onTestFinished,
}) => {
  const { server } = await startPatient(UNSAFE, {}, onTestFinished)
  const { code, stdout } = await run(
    redisAt(server.url),
    `
    const sessions = createSessions({ store: made })
    await stored(sessions)
    console.log(count)
    await sessions.close()`,
  )
  expect({ code, stdout }).toEqual({ code: 0, stdout: '0' })
})

test.concurrent('a server that goes away meanwhile is said nothing of', async ({ onTestFinished }) => {
  const { server } = await startPatient(UNSAFE, {}, onTestFinished)
  const { code, warnings } = await run(
    redisAt(server.url),
    `
    const sessions = createSessions({ store: made })
    await stored(sessions)
    process.kill(${server.pid}, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 500))
    await sessions.close()`,
  )
  expect({ code, warnings: warnings.filter((line) => !/EVICTION|PERSISTENCE/.test(line)) }).toEqual({
    code: 0,
    warnings: [],
  })
})

test.concurrent.for([
  ['memory', 'memoryStore()'],
  ['a file of the default kind', `sqliteStore({ file: process.env.FILE })`],
])('%s is nothing to warn of', async ([, store], { onTestFinished }) => {
  const { server } = await startPatient([], {}, onTestFinished)
  const { code, warnings } = await run(store!, `const options = {};${PATIENT}`, {
    NODE_ENV: undefined,
    FILE: `${server.dir}/geheim/sessions.db`,
  })
  expect({ code, warnings }).toEqual({ code: 0, warnings: [] })
})
