import { testStart } from './next/start.ts'

testStart({ name: 'standalone', standalone: true })
