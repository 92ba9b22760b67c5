import { testLive } from './live/live.ts'

testLive({ name: 'live', store: 'SQLite', cacheComponents: false, basePath: '' })
