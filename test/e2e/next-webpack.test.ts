import { testStart } from './next/start.ts'

testStart({ name: 'webpack', cacheComponents: true, bundler: 'webpack' })
