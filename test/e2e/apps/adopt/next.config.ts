import type { NextConfig } from 'next'

const config: NextConfig = {
  ...(process.env['CACHE_COMPONENTS'] === '1' && { cacheComponents: true, partialPrefetching: true }),
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
}

export default config
