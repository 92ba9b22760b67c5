/**
 * What is used of React, of whichever version the application has. Named imports of what an older
 * one lacks would fail in words of the module loader.
 *
 * @module
 */

import * as React from 'react'

// As a value and not by its name, or bundlers complain before we can.
if (!Reflect.get(React, 'useSyncExternalStore'))
  throw new Error(`sojourn/react needs React 18. This is React ${React.version}.`)

export const createContext: typeof React.createContext = React.createContext
export const createElement: typeof React.createElement = React.createElement
export const useContext: typeof React.useContext = React.useContext
export const useEffect: typeof React.useEffect = React.useEffect
export const useId: typeof React.useId = React.useId
export const useLayoutEffect: typeof React.useLayoutEffect = React.useLayoutEffect
export const useMemo: typeof React.useMemo = React.useMemo
export const useReducer: typeof React.useReducer = React.useReducer
export const useState: typeof React.useState = React.useState
export const useSyncExternalStore: typeof React.useSyncExternalStore = React.useSyncExternalStore
export const version: typeof React.version = React.version
