/**
 * Shows after a run which files took longest.
 *
 * @module
 */

import type { Reporter, TestModule } from 'vitest/node'

const SHOWN = 10

/** A reporter for Vitest. Of a single file it has nothing to tell. */
export const slowestFiles: Reporter = {
  onTestRunEnd(modules) {
    if (modules.length < 2) return
    const slowest = modules
      .map((module) => ({ module, seconds: secondsOf(module) }))
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, SHOWN)
    const lines = slowest.map(
      ({ module, seconds }) =>
        `${seconds.toFixed(1).padStart(8)} s  ${module.project.name}  ${module.relativeModuleId}`,
    )
    console.log(['', 'Slowest files', ...lines, ''].join('\n'))
  },
}

function secondsOf(module: TestModule): number {
  const { duration, collectDuration, setupDuration, environmentSetupDuration } = module.diagnostic()
  return (duration + collectDuration + setupDuration + environmentSetupDuration) / 1000
}
