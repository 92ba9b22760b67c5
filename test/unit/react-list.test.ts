import { describe, expect, test } from 'vitest'
import { unique, withFirst } from '../../src/react/list/source.ts'
import { listText, type Loaded, loadedFrom, markOf, pagesAround } from '../../src/react/list/pages.ts'

const page = (from: number | null, next: number | null, ids: number[]) => ({
  from,
  next,
  items: ids.map((id) => ({ id, at: new Date(id) })),
})

/** Pages whose texts have these lengths. */
const sized = (sizes: number[]) =>
  sizes.map((size) => ({ from: null, next: null, items: ['x'.repeat(size - '[null,null,[""]]'.length)] }))

describe('the pages that stay', () => {
  test.each([
    { sizes: [20, 20, 20], inView: 1, limit: 100, stay: [0, 3] },
    { sizes: [20, 20, 20, 20, 20], inView: 2, limit: 60, stay: [1, 4] },
    { sizes: [20, 20, 20, 20, 20], inView: 0, limit: 60, stay: [0, 3] },
    { sizes: [20, 20, 20, 20, 20], inView: 4, limit: 60, stay: [2, 5] },
    { sizes: [20, 90, 20, 20, 20], inView: 2, limit: 60, stay: [2, 5] },
    { sizes: [20, 20, 20], inView: 1, limit: 39, stay: [1, 2] },
    { sizes: [99, 99], inView: 1, limit: 20, stay: [1, 2] },
  ])('of $sizes around $inView within $limit are $stay', ({ sizes, inView, limit, stay }) => {
    expect(pagesAround(sized(sizes), inView, limit)).toEqual(stay)
  })
})

describe('a list as text', () => {
  const pages = [page(null, 2, [0, 1]), page(2, 4, [2, 3]), page(4, 6, [4, 5]), page(6, null, [6])]
  const loaded: Loaded<{ id: number; at: Date }, number> = {
    pages,
    before: [],
    error: new Error('down'),
    taken: 7,
  }

  test('comes back as it was, with its error', () => {
    expect(loadedFrom(listText(loaded, 0, 4))).toEqual(loaded)
  })

  test('leaves the cursors of the pages dropped before, and goes on after the last that stayed', () => {
    expect(loadedFrom(listText({ ...loaded, before: [-9] }, 2, 3))).toEqual({
      pages: [pages[2]],
      before: [-9, null, 2],
      error: null,
      taken: 7,
    })
  })

  test('refuses items that cannot be stored', () => {
    const bad = { from: null, next: null, items: [() => 1] }
    expect(() => listText({ pages: [bad], before: [], error: null, taken: 0 }, 0, 1)).toThrow(TypeError)
  })
})

describe('a list of which the server gives the first page again', () => {
  const numbers = (from: number | null, next: number | null, items: number[]) => ({ from, next, items })
  const pages = [numbers(null, 4, [1, 2, 3, 4]), numbers(4, 8, [5, 6, 7, 8])]

  test.each([
    ['lacks what was deleted', [1, 3, 4, 5], 5, [1, 3, 4, 5, 6, 7, 8]],
    ['has what is new, and what that pushed out', [0, 1, 2, 3], 3, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['has an item that moved up only there', [7, 1, 2, 3], 3, [7, 1, 2, 3, 4, 5, 6, 8]],
    ['lacks a first page that was deleted', [5, 6, 7, 8], 8, [5, 6, 7, 8]],
    ['is as it was', [1, 2, 3, 4], 4, [1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s', (_, items, next, expected) => {
    const merged = withFirst(pages, numbers(null, next, items), String)
    expect(merged?.flatMap((one) => one.items)).toEqual(expected)
    expect(merged?.at(-1)?.next).toBe(8)
  })

  test.each([
    ['nothing of it is left', [20, 21, 22, 23], 23],
    ['it is all there is', [1, 2], null],
    ['it is empty', [], null],
  ])('begins anew if %s', (_, items, next) => {
    expect(withFirst(pages, numbers(null, next, items), String)).toBeNull()
  })

  test('goes on by the new cursor if nothing else was loaded', () => {
    const merged = withFirst(pages.slice(0, 1), numbers(null, 5, [1, 2, 3, 4, 5]), String)
    expect(merged).toEqual([numbers(null, 5, [1, 2, 3, 4, 5])])
  })

  test('has each key once, and the same object for a page that does not change', () => {
    const [one, two] = unique([pages[0]!, numbers(4, 8, [4, 5])], String)
    expect(one).toBe(pages[0])
    expect(two?.items).toEqual([5])
  })

  test('is known by what it says', () => {
    const first = { items: [{ id: 1, title: 'a' }], cursor: 2 }
    expect(markOf(structuredClone(first))).toBe(markOf(first))
    expect(markOf({ ...first, items: [{ id: 1, title: 'b' }] })).not.toBe(markOf(first))
    expect(markOf({ items: [() => 1], cursor: null })).toBe(0)
  })
})
