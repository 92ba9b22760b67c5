/** @module In which application each file that README and docs show is tried. */

/** A file of a page, and which of those with this name, counted from 1. */
export type PageFile = [page: string, file: string, nth?: number]

const all = (page: string, ...files: string[]): PageFile[] => files.map((file) => [page, file])

/** `next build` makes one application of each list, in what `create-next-app` made. */
export const BUILDS: Record<string, PageFile[]> = {
  'README.md': all(
    'README.md',
    'lib/session.ts',
    'app/actions.ts',
    'app/dashboard/page.tsx',
    'app/comment.tsx',
  ),
  'docs/browser.md': [
    ...all(
      'docs/browser.md',
      'lib/session.ts',
      'app/api/session/route.ts',
      'app/layout.tsx',
      'app/account.tsx',
      'app/draft.tsx',
      'app/posts/actions.ts',
      'app/posts/posts.tsx',
      'app/posts/page.tsx',
      'app/posts/delete-button.tsx',
      'app/posts/delete-post.ts',
      'app/posts/virtual-posts.tsx',
    ),
    ['docs/nextjs.md', 'instrumentation.ts'],
  ],
  'docs/nextjs.md and others': [
    ['docs/nextjs.md', 'lib/session.ts', 2],
    ...all(
      'docs/nextjs.md',
      'app/actions.ts',
      'app/dashboard/page.tsx',
      'app/account/actions.ts',
      'app/api/heartbeat/route.ts',
      'pages/api/count.ts',
      'proxy.ts',
      'app/payment/return/route.ts',
      'app/payment/done/route.ts',
      'app/api/visit/route.ts',
      'app/api/chat/route.ts',
      'next.config.ts',
      'app/error.tsx',
    ),
    ...all('docs/deploy.md', 'app/api/ready/route.ts', 'lib/store.ts'),
    ['docs/next-session.md', 'lib/get-session.ts', 2],
    ['docs/next-session.md', 'pages/api/views.ts'],
    ...all('docs/observability.md', 'instrumentation.ts', 'instrumentation.node.ts'),
  ],
}

/** Node loads the other files of these pages; what listens is started, and answers. */
export const IN_NODE: string[] = [
  'docs/servers.md',
  'docs/adopt.md',
  'docs/connect.md',
  'docs/custom-store.md',
  'docs/observability.md',
]

/** What is compiled as all are, and neither built nor loaded: page and file → why. */
export const COMPILED_ONLY: Record<string, string> = {
  'docs/browser.md app/account.test.tsx': 'component-tests.test.ts runs it',
  'docs/nextjs.md middleware.ts': 'an application has this or proxy.ts; peers.test.ts has one',
  'docs/nextjs.md app/api/count/route.ts': 'an application has this or pages/api/count.ts',
  'docs/deploy.md lib/session.ts': 'an application has one, and its disk or database is not here',
  'docs/upstash.md lib/session.ts': 'an application has one, and its database is not here',
}
