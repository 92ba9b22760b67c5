/**
 * How the package is built: one file for each entry, and in `dist/shared` what several of them need.
 * A file costs half a millisecond at start, so what most entries need is in few. Bundlers of
 * applications leave out again what one does not use.
 *
 * @module
 */

import { globSync, readFileSync } from 'node:fs'
import type { OutputBundle, RolldownOptions } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  peerDependencies: Record<string, string>
}
const entries = globSync(['src/*.ts', 'src/stores/*.ts', 'src/next-session/compat.ts'])
/** Not declarations: they are divided by themselves. */
const code = /(?<!\.d)\.[jt]s$/

const config: RolldownOptions = {
  input: Object.fromEntries(entries.map((file) => [file.slice('src/'.length, -'.ts'.length), file])),
  external: [/^node:/, 'server-only', new RegExp(`^(${Object.keys(peerDependencies).join('|')})(/|$)`)],
  platform: 'node',
  // `use client` is the first line of one entry, which shares no file with the others, and stays there.
  onLog(level, log, handle) {
    if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
  },
  plugins: [
    dts({ tsconfig: 'tsconfig.build.json' }),
    { name: 'ascii', generateBundle: (_options, bundle) => escapeAll(bundle) },
  ],
  output: {
    cleanDir: true,
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    comments: { jsdoc: false },
    // Variables alone: functions, classes and lines stay as they are, for those who read a stack.
    minify: { compress: false, mangle: { keepNames: true }, codegen: { removeWhitespace: false } },
    codeSplitting: {
      groups: [
        { name: 'core', test: code, minShareCount: 8, priority: 2 },
        { name: 'sessions', test: code, minShareCount: 6, priority: 1 },
        { name: 'server', test: /src.core.server.[^.]+\.ts$/, minShareCount: 2 },
      ],
    },
  },
}

export default config

/** A file with one other character takes two bytes of memory for each. */
function escapeAll(bundle: OutputBundle): void {
  for (const file of Object.values(bundle)) {
    if (file.type !== 'chunk' || !file.fileName.endsWith('.js')) continue
    file.code = file.code.replaceAll(
      /[^\0-\x7f]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
}
