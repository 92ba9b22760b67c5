'use client'

import { useEffect, useState } from 'react'
import { useSessionStorage } from 'sojourn/react'
import { z } from 'zod'
import { noteSeen } from './seen'

/** `hidden` until the page is hydrated, so that tests do not click too early. */
export function Ready() {
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  return <p id="ready">{ready ? 'ready' : 'not yet'}</p>
}

export function Counter({
  id,
  keyName = 'count',
  scope = 'tab',
}: {
  id: string
  keyName?: string
  scope?: 'tab' | 'history-entry'
}) {
  const [told, setTold] = useState<string[]>([])
  const [count, setCount, { status, remove, error }] = useSessionStorage(keyName, {
    default: 0,
    scope,
    schema: z.number(),
    onError: ({ code }) => setTold((before) => [...before, code]),
  })
  noteSeen(`${id} ${count} ${status}`)
  return (
    <section id={id}>
      <output>{count}</output> <em>{status}</em> <i>{error?.code ?? 'none'}</i> <b>{told.join()}</b>
      <button
        className="add"
        onClick={() => {
          setCount((before) => before + 1)
          setCount((before) => before + 1)
        }}
      >
        add two
      </button>
      <button className="remove" onClick={remove}>
        remove
      </button>
    </section>
  )
}

export function Rich() {
  const [value, setValue] = useSessionStorage<{
    at: Date
    tags: Set<string>
    of: Map<string, bigint>
  } | null>('rich', { default: null, version: 2, ttl: '1h' })
  const shown =
    value === null ? 'nothing' : `${value.at.toISOString()} ${[...value.tags].join()} ${[...value.of].join()}`
  return (
    <section id="rich">
      <output>{shown}</output>
      <button
        onClick={() =>
          setValue({ at: new Date(0), tags: new Set(['a', 'b']), of: new Map([['big', 2n ** 60n]]) })
        }
      >
        set
      </button>
    </section>
  )
}

export function Switching() {
  const [key, setKey] = useState('one')
  return (
    <>
      <button id="switch" onClick={() => setKey((before) => (before === 'one' ? 'two' : 'one'))}>
        {key}
      </button>
      <Counter id="switching" keyName={key} />
    </>
  )
}

export function Huge() {
  const [text, setText, { status }] = useSessionStorage('huge', { default: '' })
  return (
    <section id="huge">
      <output>{text.length}</output> <em>{status}</em>
      <button className="grow" onClick={() => setText('x'.repeat(1_000_000))}>
        grow
      </button>
      <button className="shrink" onClick={() => setText('x')}>
        shrink
      </button>
    </section>
  )
}
