// @vitest-environment jsdom
import { testComponents } from './react-components.ts'

testComponents()
