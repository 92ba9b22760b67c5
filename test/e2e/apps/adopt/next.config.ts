import type { NextConfig } from 'next'

const config: NextConfig = {
  ...(process.env['CACHE_COMPONENTS'] === '1' && { cacheComponents: true, partialPrefetching: true }),
  experimental: {
    // Nobody looks into what is built, and nothing is built twice.
    turbopackMinify: false,
    turbopackSourceMaps: false,
    turbopackFileSystemCacheForBuild: false,
  },
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
}

export default config
