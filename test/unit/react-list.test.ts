import { describe, expect, test } from 'vitest'
import { listText, type Loaded, loadedFrom, pagesAround } from '../../src/react/list-text.ts'

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
  const loaded: Loaded<{ id: number; at: Date }, number> = { pages, before: [], error: new Error('down') }

  test('comes back as it was, with its error', () => {
    expect(loadedFrom(listText(loaded, 0, 4))).toEqual(loaded)
  })

  test('leaves the cursors of the pages dropped before, and goes on after the last that stayed', () => {
    expect(loadedFrom(listText({ ...loaded, before: [-9] }, 2, 3))).toEqual({
      pages: [pages[2]],
      before: [-9, null, 2],
      error: null,
    })
  })

  test('refuses items that cannot be stored', () => {
    const bad = { from: null, next: null, items: [() => 1] }
    expect(() => listText({ pages: [bad], before: [], error: null }, 0, 1)).toThrow(TypeError)
  })
})
