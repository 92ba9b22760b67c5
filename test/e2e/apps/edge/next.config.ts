import type { NextConfig } from 'next'

const config: NextConfig = {
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
