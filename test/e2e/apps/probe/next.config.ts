import type { NextConfig } from 'next'

const cached = process.env['CACHE_COMPONENTS'] === '1'

const config: NextConfig = {
  ...(cached && { cacheComponents: true, partialPrefetching: true }),
  ...(process.env['OUTPUT'] === 'standalone' && { output: 'standalone' }),
  headers: async () => [
    { source: '/csrf/configured', headers: [{ key: 'Cache-Control', value: 'private, no-store' }] },
  ],
  experimental: {
    // Nobody looks into what is built, and nothing is built twice.
    turbopackMinify: false,
    turbopackSourceMaps: false,
    turbopackFileSystemCacheForBuild: false,
  },
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
  outputFileTracingRoot: process.env['REPOSITORY']!,
}

export default config
