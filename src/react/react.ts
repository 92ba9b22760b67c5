/**
 * What is used of React, of whichever version the application has. Named imports of what an older
 * one lacks would fail in words of the module loader.
 *
 * @module
 */

import * as React from 'react'

const { version } = React
if (Reflect.get(React, 'useSyncExternalStore') === undefined)
  throw new Error(`sojourn/react needs React 18 or later. This is React ${version}.`)

export const createContext: typeof React.createContext = React.createContext
export const createElement: typeof React.createElement = React.createElement
export const useContext: typeof React.useContext = React.useContext
export const useEffect: typeof React.useEffect = React.useEffect
export const useId: typeof React.useId = Reflect.get(React, 'useId') as typeof React.useId
export const useLayoutEffect: typeof React.useLayoutEffect = React.useLayoutEffect
export const useMemo: typeof React.useMemo = React.useMemo
export const useReducer: typeof React.useReducer = React.useReducer
export const useRef: typeof React.useRef = React.useRef
export const useState: typeof React.useState = React.useState
export const useSyncExternalStore: typeof React.useSyncExternalStore = Reflect.get(
  React,
  'useSyncExternalStore',
) as typeof React.useSyncExternalStore

/** `use`, which came with React 19. Not a property of the namespace, or bundlers complain about older ones. */
export const use: typeof React.use = (Reflect.get(React, 'use') as typeof React.use | undefined) ?? tooOld

function tooOld(): never {
  throw new Error(
    `useSession: a promise as \`initial\` of <SessionProvider> needs React 19. This is React ${version}. Await it: initial={await sessions.client()}.`,
  )
}
