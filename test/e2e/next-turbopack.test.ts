import { testStart } from './next/start.ts'

testStart({ name: 'turbopack' })
