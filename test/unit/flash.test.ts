import { describe, expect, test } from 'vitest'
import { useMemory } from '../support/opened.ts'

const { begin } = useMemory()

describe('a flash message', () => {
  test('is readable in the next request, during all of it, and then no more', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', { text: 'saved' }))
    await browser.visit(async (session, { cookies }) => {
      expect(session.readFlash('note')).toEqual({ text: 'saved' })
      expect(session.readFlash('note')).toEqual({ text: 'saved' })
      expect(session.getAll()).toEqual({})
      expect(session.readFlash('other')).toBeUndefined()
      expect(cookies()).toEqual([])
    })
    await browser.visit((session) => expect(session.readFlash('note')).toBeUndefined())
  })

  test('once read takes nothing else with it', async () => {
    const browser = begin()
    await browser.visit((session) => session.set('a', 1))
    await browser.visit((session) => Promise.all([session.flash('note', 1), session.flash('other', 2)]))
    await browser.visit((session) => expect(session.readFlash('note')).toBe(1))
    await browser.visit((session) => expect([session.get('a'), session.readFlash('other')]).toEqual([1, 2]))
  })

  test('that nobody reads waits', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 1))
    await browser.visit((session) => session.userId)
    await browser.visit((session) => expect(session.readFlash('note')).toBe(1))
  })

  test('written again before it is read shows the latest, also within one millisecond', async () => {
    const browser = begin()
    for (let round = 0; round < 20; round++) {
      await browser.visit((session) => Promise.all([1, 2, 3].map((n) => session.flash('note', n))))
      await browser.visit((session) => expect(session.readFlash('note')).toBe(3))
      await browser.visit((session) => expect(session.readFlash('note')).toBeUndefined())
    }
  })

  test('that arrives while an earlier one is read is not removed with it', async () => {
    const browser = begin()
    await browser.visit((session) => session.flash('note', 'first'))
    const reader = await browser.open()
    await browser.visit((session) => session.flash('note', 'second'))
    expect(reader.session.readFlash('note')).toBe('first')
    await reader.session.commit()
    await browser.visit((session) => expect(session.readFlash('note')).toBe('second'))
  })

  test('of a nasty name keeps apart from the others and from the data', async () => {
    const browser = begin()
    const names = ['a', 'a/', 'a/b', '%', '', '__proto__']
    await browser.visit((session) => Promise.all(names.map((name) => session.flash(name, name))))
    await browser.visit((session) => {
      expect(session.getAll()).toEqual({})
      for (const name of names) expect(session.readFlash(name)).toBe(name)
    })
  })
})
