// @vitest-environment happy-dom
import { testComponents } from './react-components.ts'

testComponents()
