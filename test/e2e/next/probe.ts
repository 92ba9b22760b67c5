import { join } from 'node:path'
import { writeBlock } from '../../support/markdown-blocks.ts'
import { type BuiltApp, buildApp, type Variant } from '../../support/next-app.ts'
import { writeRecipe } from '../../support/recipe.ts'

/** An application that uses every part of Next.js that sessions meet. */
export const probe: string = join(import.meta.dirname, '../apps/probe')

/** Builds it, with the handlers that docs/nextjs.md shows. */
export function buildProbe(variant: Variant): Promise<BuiltApp> {
  return buildApp(probe, variant, (dir) => {
    writeBlock('docs/nextjs.md', 'app/api/chat/route.ts', dir)
    for (const file of ['app/payment/return/route.ts', 'app/payment/done/route.ts'])
      writeRecipe('docs/nextjs.md', file, dir)
  })
}
