import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that build applications. */
const LONG = ['e2e', 'outside']

/**
 * Runs files that keep the processors busy beside files that wait, and the long ones early:
 * a run must not end with one long file.
 */
export class Mixed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const long = files.filter(({ project }) => LONG.includes(project.name))
    const others = files.filter(({ project }) => !LONG.includes(project.name))
    const places = new Map<TestSpecification, number>()
    await super
      .sort(long)
      .then((sorted) => sorted.forEach((file, i) => places.set(file, (0.6 * i) / long.length)))
    await super
      .sort(others)
      .then((sorted) => sorted.forEach((file, i) => places.set(file, i / others.length)))
    return files.toSorted((a, b) => places.get(a)! - places.get(b)!)
  }
}
