/**
 * A built application that is being served, and browsers to look at it.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { chromiumOptions } from '../../support/chromium.ts'
import { openTab, type Tab, watchTab } from './tab.ts'

/** How a tab differs from a plain one. */
export interface TabOptions {
  javaScript?: boolean
  /** The browser may freeze pages on leaving and show them again (its back-forward cache). */
  freezing?: boolean
  /** The visitor's settings let no site store anything. */
  blocked?: boolean
  /** Has an extension that can duplicate tabs, as the browser's menu does. */
  duplicating?: boolean
}

/** Where tests happen. */
export interface Scene {
  /** Of the application, without a slash. */
  url: string
  /** Another site. */
  elsewhere: string
  open: (options?: TabOptions) => Promise<Tab>
  /** Duplicates a tab that was opened with `duplicating`. */
  duplicate: (tab: Tab) => Promise<Tab>
  /** Closes the tabs opened since the last call. Unless that is expected, none may have complained. */
  leave: (isQuiet?: boolean) => Promise<void>
  end: () => Promise<void>
}

/** Starts what tests need. `url` may be set once the application runs. */
export async function openScene(): Promise<Scene> {
  const site = await serveSite()
  const plain = await chromium.launch(chromiumOptions())
  const freezing = await chromium.launch({
    ...chromiumOptions(),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  const folder = mkdtempSync(join(tmpdir(), 'scene-'))
  const contexts: BrowserContext[] = []
  const tabs: Tab[] = []

  async function contextFor(options: TabOptions): Promise<BrowserContext> {
    if (options.blocked === true) return openBlocked(join(folder, 'blocked'))
    if (options.duplicating === true) return openWithExtension(join(folder, 'duplicating'))
    const browser: Browser = options.freezing === true ? freezing : plain
    return browser.newContext({ javaScriptEnabled: options.javaScript ?? true })
  }

  return {
    url: '',
    elsewhere: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    async open(options = {}) {
      const context = await contextFor(options)
      contexts.push(context)
      const tab = await openTab(context)
      tabs.push(tab)
      return tab
    },
    async duplicate({ page }) {
      const context = page.context()
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
      const opened = context.waitForEvent('page')
      await worker.evaluate(async () => {
        const { tabs } = (globalThis as unknown as { chrome: { tabs: Tabs } }).chrome
        const [active] = await tabs.query({ active: true })
        await tabs.duplicate(active?.id ?? -1)
      })
      const tab = watchTab(await opened)
      tabs.push(tab)
      return tab
    },
    async leave(isQuiet = true) {
      await Promise.all(contexts.splice(0).map((context) => context.close()))
      const complaints = tabs.splice(0).flatMap((tab) => tab.complaints)
      if (isQuiet) assert.deepEqual(complaints, [])
    },
    async end() {
      await plain.close()
      await freezing.close()
      site.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function serveSite(): Promise<Server> {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<link rel="icon" href="data:,"><h1>another site</h1>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  return site
}

/** A visitor whose settings block all data of sites. */
function openBlocked(profile: string): Promise<BrowserContext> {
  mkdirSync(join(profile, 'Default'), { recursive: true })
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(settings))
  return chromium.launchPersistentContext(profile, chromiumOptions())
}

/** The part of the browser's API for extensions that duplicates tabs. */
interface Tabs {
  query: (what: { active: boolean }) => Promise<Array<{ id: number }>>
  duplicate: (id: number) => Promise<unknown>
}

function openWithExtension(profile: string): Promise<BrowserContext> {
  const extension = join(profile, 'extension')
  mkdirSync(extension, { recursive: true })
  const manifest = { manifest_version: 3, name: 'duplicate', version: '1', permissions: ['tabs'] }
  const worker = { background: { service_worker: 'worker.js' } }
  writeFileSync(join(extension, 'manifest.json'), JSON.stringify({ ...manifest, ...worker }))
  writeFileSync(join(extension, 'worker.js'), '')
  const { args = [], ...options } = chromiumOptions()
  return chromium.launchPersistentContext(profile, {
    ...options,
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [...args, `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
  })
}
