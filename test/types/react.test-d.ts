// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type ListAnchor,
  type ListPage,
  type RestoredList,
  type StorageError,
  useRestoredList,
  useSessionStorage,
} from '../../src/react.ts'

describe('useSessionStorage', () => {
  test('takes its type from the default', () => {
    const [count, setCount, { status, remove, error }] = useSessionStorage('count', { default: 0 })
    expectTypeOf(count).toEqualTypeOf<number>()
    expectTypeOf(setCount).parameter(0).toEqualTypeOf<number | ((previous: number) => number)>()
    expectTypeOf(status).toEqualTypeOf<'server' | 'default' | 'stored' | 'memory'>()
    expectTypeOf(remove).toEqualTypeOf<() => void>()
    expectTypeOf(error).toEqualTypeOf<StorageError | null>()
  })

  test('takes its type from the schema', () => {
    const schema = z.object({ tab: z.enum(['a', 'b']) })
    const [view] = useSessionStorage('view', { default: { tab: 'a' }, schema })
    expectTypeOf(view).toEqualTypeOf<{ tab: 'a' | 'b' }>()
    // @ts-expect-error: the schema knows no such tab
    useSessionStorage('view', { default: { tab: 'c' }, schema })
  })

  test('refuses durations without a unit, and scopes that there are not', () => {
    // @ts-expect-error: 900 what?
    useSessionStorage('k', { default: 0, ttl: 900 })
    // @ts-expect-error: there is no such scope
    useSessionStorage('k', { default: 0, scope: 'user' })
  })
})

describe('useRestoredList', () => {
  interface Post {
    id: number
  }
  const initial: ListPage<Post, string> = { items: [{ id: 1 }], cursor: 'a' }
  const next = async (after: number): Promise<ListPage<Post, string>> => ({ ...initial, cursor: `${after}` })

  test('hands each page the cursor of the one before', () => {
    const list = useRestoredList({
      key: 'posts',
      initial,
      getKey: (post) => post.id,
      loadMore: async (cursor, { signal }) => {
        expectTypeOf(cursor).toEqualTypeOf<string>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        return initial
      },
    })
    expectTypeOf(list).toEqualTypeOf<RestoredList<Post>>()
    expectTypeOf(list.update).parameters.toEqualTypeOf<[key: string | number, item: Post]>()
    expectTypeOf(list.anchor).toEqualTypeOf<ListAnchor | null>()
  })

  test('refuses a function for other cursors', () => {
    const list = { key: 'k', initial, getKey: (post: Post) => post.id }
    // @ts-expect-error: the cursors are texts
    useRestoredList({ ...list, loadMore: next })
  })
})
