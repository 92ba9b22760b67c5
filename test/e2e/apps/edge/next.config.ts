import type { NextConfig } from 'next'

const config: NextConfig = {
  experimental: {
    // What is built is served once, and read by no person.
    turbopackMinify: false,
    turbopackSourceMaps: false,
    turbopackFileSystemCacheForBuild: false,
  },
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
  outputFileTracingRoot: process.env['REPOSITORY']!,
}

export default config
