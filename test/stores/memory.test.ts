import { describe, test } from 'vitest'

import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock, testStore } from '../../src/testing.ts'

describe('memoryStore conforms', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    return { store: memoryStore({ now }), advance }
  })
})

describe('memoryStore conforms by the real clock', () => {
  testStore({ describe, test }, () => ({ store: memoryStore() }))
})
