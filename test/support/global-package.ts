import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
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
  const folder = mkdtempSync(join(workshop, 'pack-'))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const stdio: 'pipe'[] = ['pipe', 'pipe', 'pipe']
  const printed = execFileSync('npm', args, { cwd: repository, encoding: 'utf8', stdio })
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }]
  project.provide('tarball', join(folder, filename))
  return () => rmSync(folder, { recursive: true, force: true })
}
