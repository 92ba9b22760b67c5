import { availableParallelism } from 'node:os'
import { configDefaults, type ViteUserConfig } from 'vitest/config'
import { Mixed } from './test/support/mixed.ts'
import { slowestFiles } from './test/support/slowest-files.ts'

// On a busy machine everything takes several times as long; how long is no test's business.
const poll = { timeout: 60_000 }
const patience = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll } }
const builds = {
  globalSetup: './test/support/global-package.ts',
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll },
}
// What strace and small file systems are for.
const linux = ['test/faults/embedded-power.test.ts', 'test/faults/embedded-full.test.ts']
const elsewhere = process.platform === 'linux' ? [] : linux
const redis = { globalSetup: './test/support/global-redis.ts', ...patience }

const config: ViteUserConfig = {
  test: {
    // Most files wait: for browsers, for servers that start, for outages to end.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: Mixed },
    reporters: ['default', slowestFiles],
    projects: [
      {
        // What tests share is loaded once: a fresh start for each file would take longer than the tests.
        test: {
          name: 'unit',
          ...patience,
          include: ['test/unit/*.test.ts'],
          isolate: false,
          experimental: { viteModuleRunner: false },
        },
      },
      // Those that change what tests share.
      { test: { name: 'unit-alone', ...patience, include: ['test/unit/alone/*.test.ts'] } },
      { test: { name: 'stores', include: ['test/stores/**/*.test.ts'], ...redis } },
      {
        test: {
          name: 'integration',
          include: ['test/{adapters,faults,integration}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...elsewhere],
          ...redis,
        },
      },
      {
        test: {
          name: 'outside',
          include: ['test/outside/**/*.test.ts'],
          ...builds,
        },
      },
      { test: { name: 'package', include: ['test/package/**/*.test.ts'], ...patience } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/e2e/apps/**'],
          ...builds,
        },
      },
    ],
  },
}

export default config
