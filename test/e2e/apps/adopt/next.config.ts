import type { NextConfig } from 'next'

const config: NextConfig = {
  ...(process.env['CACHE_COMPONENTS'] === '1' && { cacheComponents: true, partialPrefetching: true }),
  experimental: {
    // What is built is served once, and read by no person.
    turbopackMinify: false,
    turbopackSourceMaps: false,
    turbopackFileSystemCacheForBuild: false,
  },
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
}

export default config
