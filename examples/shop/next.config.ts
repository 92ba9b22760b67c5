import type { NextConfig } from 'next'

// Sessions work the same with Cache Components and without.
const cacheComponents = process.env.CACHE_COMPONENTS !== '0'
const distDir = process.env.NEXT_DIST_DIR

const config: NextConfig = {
  ...(cacheComponents && { cacheComponents: true, partialPrefetching: true }),
  ...(process.env.OUTPUT === 'standalone' && { output: 'standalone' }),
  // The flag keeps `next build` from writing the folder into tsconfig.json.
  ...(distDir && { distDir, experimental: { strictRouteTypes: true } }),
}

export default config
