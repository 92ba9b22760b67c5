import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../scripts/tools.mjs'

/** Starts the system's Chromium or Chrome without a window. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error(
      'chromium not found. Install it: `node scripts/setup.mjs chromium`, or set CHROMIUM_PATH.',
    )
  }
  return chromium.launch({
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
  })
}
