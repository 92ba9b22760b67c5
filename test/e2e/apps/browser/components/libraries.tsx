'use client'

import { useAtom } from 'jotai'
import { atomWithStorage, createJSONStorage, RESET } from 'jotai/utils'
import { useSessionStorage } from 'sojourn/react'
import useSessionStorageState from 'use-session-storage-state'
import { useSessionStorage as useHooksStorage } from 'usehooks-ts'
import { create } from 'zustand'
import { createJSONStorage as zustandStorage, persist } from 'zustand/middleware'

interface State {
  value: number
  set: (change: (before: number) => number) => void
  remove: () => void
  date: unknown
  setDate: (date: Date) => void
}

const never = new Date(0)

function useSojourn(): State {
  const [value, set, { remove }] = useSessionStorage('value', { default: 0 })
  const [date, setDate] = useSessionStorage('date', { default: never })
  return { value, set, remove, date, setDate }
}

function useHooksDefault(): State {
  const [value, set, remove] = useHooksStorage('value', 0)
  const [date, setDate] = useHooksStorage('date', never)
  return { value, set, remove, date, setDate }
}

function useHooksLater(): State {
  const [value, set, remove] = useHooksStorage('value', 0, { initializeWithValue: false })
  const [date, setDate] = useHooksStorage('date', never, { initializeWithValue: false })
  return { value, set, remove, date, setDate }
}

function useStorageState(): State {
  const [value, set, { removeItem }] = useSessionStorageState('value', { defaultValue: 0 })
  const [date, setDate] = useSessionStorageState('date', { defaultValue: never })
  return { value, set, remove: removeItem, date, setDate }
}

const valueAtom = atomWithStorage(
  'value',
  0,
  createJSONStorage<number>(() => sessionStorage),
)
const dateAtom = atomWithStorage(
  'date',
  never,
  createJSONStorage<Date>(() => sessionStorage),
)

function useJotai(): State {
  const [value, set] = useAtom(valueAtom)
  const [date, setDate] = useAtom(dateAtom)
  return { value, set, remove: () => set(RESET), date, setDate }
}

const useStore = create(
  persist<{ value: number; date: Date }>(() => ({ value: 0, date: never }), {
    name: 'store',
    storage: zustandStorage(() => sessionStorage),
  }),
)

function useZustand(): State {
  const { value, date } = useStore()
  return {
    value,
    date,
    set: (change) => useStore.setState((state) => ({ value: change(state.value) })),
    setDate: (next) => useStore.setState({ date: next }),
    remove: () => useStore.persist.clearStorage(),
  }
}

const hooks: Record<string, () => State> = {
  sojourn: useSojourn,
  'usehooks-ts': useHooksDefault,
  'usehooks-ts-later': useHooksLater,
  'use-session-storage-state': useStorageState,
  jotai: useJotai,
  zustand: useZustand,
}

export function Library({ name, id }: { name: string; id: string }) {
  const useIt = hooks[name] as () => State
  const { value, set, remove, date, setDate } = useIt()
  const twice = () => {
    set((before) => before + 1)
    set((before) => before + 1)
  }
  return (
    <section id={id}>
      <output>{value}</output> <em>{date instanceof Date ? 'date' : typeof date}</em>
      <button className="twice" onClick={twice}>
        twice
      </button>
      <button className="remove" onClick={remove}>
        remove
      </button>
      <button className="date" onClick={() => setDate(new Date(1))}>
        date
      </button>
    </section>
  )
}
