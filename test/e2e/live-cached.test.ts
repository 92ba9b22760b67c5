import { testLive } from './live/live.ts'

testLive({ name: 'live-cached', store: 'Redis', cacheComponents: true, basePath: '/shop' })
