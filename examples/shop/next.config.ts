import type { NextConfig } from 'next'

// Sessions work the same with Cache Components and without. See README.md for the variables.
const cacheComponents = process.env.CACHE_COMPONENTS !== '0'

const config: NextConfig = {
  ...(cacheComponents && { cacheComponents: true, partialPrefetching: true }),
  ...(process.env.OUTPUT === 'standalone' && { output: 'standalone' }),
  distDir: process.env.NEXT_DIST_DIR || '.next',
}

export default config
