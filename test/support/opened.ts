/**
 * Sessions in memory and browsers that visit them, new for each test of the calling file.
 *
 * @module
 */

import { beforeEach } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import type { PlainData } from '../../src/core/data.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from './browser.ts'
import { recorded, type Verb } from './pausing-store.ts'

/** What a test finds. */
export interface Opened {
  /** The clock of the store. */
  clock: ManualClock
  memory: MemoryStore
  /** What the store was asked for. */
  calls: Verb[]
  /** What all sessions told. */
  events: SessionEvent[]
  /** A browser in front of a release with these options; `token` takes over another one's session. */
  begin: <Data extends object = PlainData>(
    options?: SessionOptions<Data>,
    token?: string,
    store?: Store,
  ) => Browser<Data>
  /** The fields of a record, as the store keeps them. */
  fields: (token: string) => Promise<Record<string, string>>
}

/** See the module. */
export function useMemory(): Opened {
  const opened = {
    begin<Data extends object>(options: SessionOptions<Data> = {}, token = '', store = counted) {
      const onEvent = (event: SessionEvent): void => void opened.events.push(event)
      const browser = new Browser<Data>(new Sessions<Data>({ onEvent, ...options }, store))
      browser.token = token
      return browser
    },
    async fields(token) {
      const record = opened.memory.load((await identify(token)).key)
      return record !== null && 'fields' in record ? Object.fromEntries(record.fields) : {}
    },
  } as Opened
  let counted: Store
  beforeEach(() => {
    opened.clock = manualClock(1_700_000_000_000)
    opened.memory = memoryStore({ now: opened.clock.now })
    const { store, calls } = recorded(opened.memory)
    counted = store
    opened.calls = calls
    opened.events = []
  })
  return opened
}
