import { testStart } from './next/start.ts'

testStart({ name: 'cached', cacheComponents: true })
