import type { NextConfig } from 'next'

const config: NextConfig = {
  devIndicators: false,
  turbopack: { root: process.env['REPOSITORY']! },
  outputFileTracingRoot: process.env['REPOSITORY']!,
}

export default config
