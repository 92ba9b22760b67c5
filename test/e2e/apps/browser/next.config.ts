import type { NextConfig } from 'next'

const cached = process.env['CACHE_COMPONENTS'] === '1'

const config: NextConfig = {
  ...(cached && { cacheComponents: true, partialPrefetching: true }),
  reactCompiler: true,
  reactStrictMode: true,
  experimental: {
    turbopackRustReactCompiler: true,
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
