/** A post as the list shows it. */
export interface PostSummary {
  slug: string
  title: string
  /** The day it was written, such as `2026-11-01`. */
  day: string
  opening: string
}

/** A whole post. */
interface Post extends PostSummary {
  paragraphs: string[]
}

// A blog without a database: post number n is always the same.
const things = ['mug', 'lantern', 'blanket', 'notebook', 'kettle', 'key', 'suitcase', 'map', 'stove', 'bench']
const doings = ['left behind', 'mended', 'found again', 'lent out', 'carried home', 'given away', 'kept dry']
const places = ['on the pass', 'by the harbour', 'in the last house', 'at the ferry', 'under the stairs']
const sentences = [
  'It had rained since noon, and nobody was in a hurry.',
  'The road was longer than the map said.',
  'Somebody had put bread on the table and a note beside it.',
  'We stayed a night more than we had meant to.',
  'The key was where it always is.',
  'In the morning the window was white.',
  'There was room for one more, as there usually is.',
  'Nobody asked when we would leave.',
  'Whoever comes next will find the kettle filled.',
]

const postCount = things.length * doings.length * places.length

/** Post number `index`, the newest first. */
function postAt(index: number): Post {
  const [thing, doing, place] = [pick(things, index), pick(doings, index), pick(places, index * 3 + 1)]
  const paragraphs = Array.from({ length: 3 }, (_, paragraph) =>
    Array.from({ length: 1 + ((index + paragraph) % 4) }, (__, sentence) =>
      pick(sentences, index + paragraph * 4 + sentence),
    ).join(' '),
  )
  return {
    slug: `${thing}-${postCount - index}`,
    title: `A ${thing} ${doing} ${place}`,
    day: new Date(Date.UTC(2026, 10, 1 - 3 * index)).toISOString().slice(0, 10),
    opening: paragraphs[0] ?? '',
    paragraphs,
  }
}

function pick(texts: readonly string[], index: number): string {
  return texts[index % texts.length] ?? ''
}

/** The `count` posts from number `start` on, and the number where the next ones start; `null` at the end. */
export function postsFrom(start: number, count: number): { items: PostSummary[]; cursor: number | null } {
  const end = Math.min(start + count, postCount)
  const items = Array.from({ length: Math.max(end - start, 0) }, (_, at) => summaryOf(postAt(start + at)))
  return { items, cursor: end < postCount ? end : null }
}

/** A post, and the one written before it. */
export function findPost(slug: string): { post: Post; older: PostSummary | null } | undefined {
  const index = postCount - Number(slug.split('-')[1])
  if (!Number.isInteger(index) || index < 0 || index >= postCount) return undefined
  const post = postAt(index)
  if (post.slug !== slug) return undefined
  return { post, older: index + 1 < postCount ? summaryOf(postAt(index + 1)) : null }
}

function summaryOf({ slug, title, day, opening }: Post): PostSummary {
  return { slug, title, day, opening }
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** A day, as text. */
export function dayText(day: string): string {
  return days.format(new Date(day))
}
