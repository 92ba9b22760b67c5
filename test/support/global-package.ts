import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packed package, as it would be published. */
    tarball: string
  }
}

const repository = join(import.meta.dirname, '../..')

/** Packs what was built, once for all test files. */
export default function setup(project: TestProject): () => void {
  const workshop = join(repository, '.tmp')
  mkdirSync(workshop, { recursive: true })
  removeOld(join(workshop, 'builds'))
  const folder = mkdtempSync(join(workshop, 'pack-'))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const stdio: 'pipe'[] = ['pipe', 'pipe', 'pipe']
  const printed = execFileSync('npm', args, { cwd: repository, encoding: 'utf8', stdio })
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }]
  project.provide('tarball', join(folder, filename))
  return () => rmSync(folder, { recursive: true, force: true })
}

/** Applications that were built days ago (`buildApp`). */
function removeOld(builds: string): void {
  for (const name of existsSync(builds) ? readdirSync(builds) : []) {
    const folder = join(builds, name)
    if (Date.now() - statSync(folder).mtimeMs > 86_400_000) rmSync(folder, { recursive: true, force: true })
  }
}
