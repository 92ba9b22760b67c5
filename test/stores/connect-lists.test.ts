import session, { type SessionData } from 'express-session'
import { describe, expect, inject, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { Browser } from '../support/browser.ts'
import { backends, redisBackend, type ConnectBackend } from './connect/stores.ts'

const { MemoryStore } = session

describe('lists', () => {
  const shapes: Record<string, (all: Record<string, SessionData>) => unknown> = {
    'an object of sessions by id': (all) => all,
    'a list of sessions without ids': (all) => Object.values(all),
    'a list of sessions with their ids': (all) => Object.entries(all).map(([id, data]) => ({ ...data, id })),
    'rows with JSON': (all) =>
      Object.entries(all).map(([sid, data]) => ({ sid, sess: JSON.stringify(data), expire: 'x' })),
    'rows with sessions': (all) => Object.entries(all).map(([_id, data]) => ({ _id, session: data })),
    'a list of JSON': (all) => Object.values(all).map((data) => JSON.stringify(data)),
  }

  test.for(Object.entries(shapes))('are read from all() that answers %s', async ([, shape]) => {
    class Shaped extends MemoryStore {
      override all(callback: (error: unknown, all?: never) => void): void {
        super.all((error, all) =>
          callback(error, shape({ ...all, foreign: { cookie: {} } as never }) as never),
        )
      }
    }
    const sessions = new Sessions({}, fromConnectStore(new Shaped(), { lists: true }))
    const [phone, laptop] = [new Browser(sessions), new Browser(sessions)]
    await phone.visit((visit) => visit.login('ann', { device: 'phone' }))
    await laptop.visit((visit) => visit.login('ann', { device: 'laptop' }))
    expect((await sessions.list('ann')).map(({ device }) => device)).toEqual(['phone', 'laptop'])
    expect(await sessions.revokeUser('ann')).toBe(2)
    expect(await sessions.list('ann')).toEqual([])
    expect(await phone.visit((visit) => visit.userId)).toBeNull()
  })

  test('are read from connect-redis', async () => {
    const backend = await redisBackend(inject('redisUrl'))
    const sessions = new Sessions({}, fromConnectStore(backend.open(), { lists: true }))
    const others = new Sessions({}, fromConnectStore(backend.open(), { lists: true }))
    await new Browser(sessions).visit((visit) => visit.login('ann', { device: 'phone' }))
    await new Browser(others).visit((visit) => visit.login('ann', { device: 'laptop' }))
    expect((await others.list('ann')).map(({ device }) => device)).toEqual(['phone', 'laptop'])
    await backend.close()
  })

  test('are not kept unless asked for: then they are refused, not empty', async () => {
    const sessions = new Sessions({}, fromConnectStore(new MemoryStore()))
    await expect(sessions.list('ann')).rejects.toMatchObject({ code: 'ERR_STORE_UNSUPPORTED' })
  })

  test('need all()', async () => {
    const backend = (await backends['session-file-store']!()) as ConnectBackend
    expect(() => fromConnectStore(backend.open(), { lists: true })).toThrow(/all\(\)/)
    await backend.close()
  })
})
