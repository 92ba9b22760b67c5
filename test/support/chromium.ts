import { type Browser, chromium, type LaunchOptions } from 'playwright-core'
import { findChromium } from '../../scripts/tools.mjs'

/** Starts the system's Chromium or Chrome without a window. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions())
}

/** How the system's Chromium or Chrome is started. */
export function chromiumOptions(): LaunchOptions {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error(
      'chromium not found. Install it: `node scripts/setup.mjs chromium`, or set CHROMIUM_PATH.',
    )
  }
  return {
    executablePath,
    // Its sandbox refuses root, which containers are; only our own pages are opened.
    chromiumSandbox: false,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--no-first-run',
    ],
  }
}
