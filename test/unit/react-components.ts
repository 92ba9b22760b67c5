/**
 * Components as an application's own tests render them, in a browser that Node imitates.
 *
 * @module
 */

import { act, createElement, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import type { ClientSession } from '../../src/core/live/client-session.ts'
import { SessionProvider, useRestoredList, useSession, useSessionStorage } from '../../src/react.ts'

const ADA = { tag: 'a', at: 1, expiresAt: null, ended: null, data: { name: 'ada' } } as ClientSession
const MISSING = { EventSource: undefined, BroadcastChannel: undefined, navigator: navigatorWith(undefined) }
const BROKEN = {
  EventSource: refusing,
  BroadcastChannel: refusing,
  navigator: navigatorWith({ request: refusing }),
}
const FAILING = { navigator: navigatorWith({ request: () => Promise.reject(new Error('insecure')) }) }

const LIST = {
  key: 'list',
  initial: { items: [], cursor: null },
  getKey: String,
  loadMore: async () => ({ items: [], cursor: null }),
}

const TWO = { items: [{ id: 1 }, { id: 2 }], cursor: null }

/** Tests that the hooks work there, if not live. */
export function testComponents(): void {
  let leave = (): void => {}
  afterEach(() => {
    leave()
    vi.unstubAllGlobals()
    vi.unstubAllEnvs()
    sessionStorage.clear()
  })

  async function render(initial: ClientSession | undefined): Promise<HTMLElement> {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    const box = document.body.appendChild(document.createElement('div'))
    const root = createRoot(box)
    leave = () => {
      act(() => root.unmount())
      box.remove()
    }
    await act(async () => root.render(createElement(SessionProvider, { initial }, createElement(Account))))
    return box
  }

  test('renders as it is', async () => {
    const box = await render(ADA)
    expect(box.textContent).toBe('authenticated ada 1')
    await act(async () => box.querySelector('button')?.click())
    expect(box.textContent).toBe('authenticated ada 3')
  })

  test.each([
    ['missing', MISSING],
    ['broken', BROKEN],
    ['refused', { ...BROKEN, ...FAILING }],
  ])('renders, and asks when it is looked at, where everything live is %s', async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ ...ADA, at: 2, data: { name: 'eva' } })))
    const box = await render(ADA)
    expect(box.textContent).toBe('authenticated ada 1')
    await act(async () => window.dispatchEvent(new Event('focus')))
    expect(box.textContent).toBe('authenticated eva 1')
  })

  test.each([
    ['useSessionStorage', { default: 1, ttl: 900 }, /ttl: expected a duration/],
    ['useSessionStorage', { default: 1, scope: 'page' }, /scope: expected 'tab' or 'history-entry'/],
    ['useSessionStorage', { default: 1, maxAge: '1h' }, /"maxAge": there is no such option. Known: default/],
    ['useRestoredList', { ...LIST, key: undefined }, /key: expected a text/],
    ['useRestoredList', { ...LIST, initial: undefined }, /initial: expected the first page/],
    ['useRestoredList', { ...LIST, limit: '5' }, /limit: expected a number/],
    ['useRestoredList', { ...LIST, pageSize: 5 }, /"pageSize": there is no such option/],
  ])('%s tells in development of %o', (name, options, text) => {
    const hook = name === 'useRestoredList' ? useRestoredList : useSessionStorage
    const Component = (): ReactNode => {
      if (hook === useRestoredList) useRestoredList(options as never)
      else useSessionStorage('wrong', options as never)
      return null
    }
    const root = createRoot(document.createElement('div'), { onUncaughtError: () => {} })
    leave = () => act(() => root.unmount())
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    vi.stubEnv('NODE_ENV', 'development')
    expect(() => act(() => root.render(createElement(Component)))).toThrow(text)
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => act(() => root.render(createElement(Component)))).not.toThrow(text)
  })

  test('an item that is updated to another key is there once', async () => {
    const Items = (): ReactNode => {
      const list = useRestoredList<{ id: number }, number>({
        ...LIST,
        initial: TWO,
        getKey: ({ id }) => id,
      })
      const update = (): void => list.update(1, { id: 2 })
      return createElement('button', { onClick: update }, list.items.map(({ id }) => id).join())
    }
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    const box = document.body.appendChild(document.createElement('div'))
    const root = createRoot(box)
    leave = () => {
      act(() => root.unmount())
      box.remove()
    }
    await act(async () => root.render(createElement(Items)))
    expect(box.textContent).toBe('1,2')
    await act(async () => box.querySelector('button')?.click())
    expect(box.textContent).toBe('2')
  })

  test('stays as it is without fetch', async () => {
    vi.stubGlobal('fetch', undefined)
    const box = await render(undefined)
    expect(box.textContent).toBe('loading nobody 1')
  })

  test('says once in development, and only there, that it is not live', async () => {
    const said: string[] = []
    vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text))
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>not found</h1>', { status: 404 })))
    for (const mode of ['test', 'production', 'development', 'development']) {
      vi.stubEnv('NODE_ENV', mode)
      await render(undefined)
      expect(said).toHaveLength(mode === 'development' ? 1 : 0)
      leave()
    }
    leave = () => {}
    expect(said[0]).toMatch(/not live.*status 404.*\/api\/session.*sessions\.events\(\)/)
  })
}

function Account(): ReactNode {
  const { status, data } = useSession<{ name: string }>()
  const [count, setCount] = useSessionStorage('count', { default: 1 })
  const initial = { items: [{ id: 1 }], cursor: 1 }
  const list = useRestoredList<{ id: number }, number>({
    key: 'list',
    initial,
    getKey: (item) => item.id,
    loadMore: async () => ({ items: [{ id: 2 }], cursor: null }),
  })
  const more = (): void => {
    setCount(count + 1)
    void list.loadMore()
  }
  return createElement(
    'button',
    { onClick: more },
    `${status} ${data?.name ?? 'nobody'} ${count * list.items.length - Number(list.end)}`,
  )
}

function refusing(): never {
  throw new DOMException('refused', 'SecurityError')
}

function navigatorWith(locks: unknown): Navigator {
  return Object.create(navigator, { locks: { value: locks } }) as Navigator
}
