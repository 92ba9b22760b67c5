/**
 * Where a list was scrolled to, by the item at the top of what is visible: right also where
 * what stands above the list, or the height of an item, has changed.
 *
 * @module
 */

/** An item, and how far its top was below the top of what scrolls, in pixels. */
export interface Anchor {
  readonly key: string
  readonly top: number
}

/** Frames without a correction after which the browser has finished as well. */
const CALM_FRAMES = 15
const holds = new Map<string, Anchor>()

/** Finds the first item that can be seen; the last, if the list lies above. `null` for an empty list. */
export function anchorOf(list: string): Anchor | null {
  const items = itemsOf(list)
  const edge = edgeOf(scrollerOf(items[0]))
  let low = 0
  for (let high = items.length - 1; low < high;) {
    const middle = (low + high) >> 1
    if ((items[middle] as HTMLElement).getBoundingClientRect().bottom > edge) high = middle
    else low = middle + 1
  }
  const item = items[low]
  return item ? { key: keyOf(item), top: topOf(item) - edge } : null
}

/** Whether the list is being kept in place. */
export function isHeld(list: string): boolean {
  return holds.has(list)
}

/**
 * Scrolls to an anchor, and again when the browser moves the page, as it does while one
 * loads, until it has settled or the user acts.
 * @returns how to stop
 */
export function holdAnchor(list: string, anchor: Anchor, done: () => void): () => void {
  const user = new AbortController()
  let calm = 0
  let frame = 0
  const stop = (): void => {
    user.abort()
    cancelAnimationFrame(frame)
    holds.delete(list)
  }
  const finish = (): void => {
    stop()
    done()
  }
  const step = (): void => {
    const settled = !scrollTo(list, anchor) && document.readyState === 'complete'
    calm = settled ? calm + 1 : 0
    frame = requestAnimationFrame(calm > CALM_FRAMES ? finish : step)
  }
  holds.set(list, anchor)
  for (const act of ['wheel', 'pointerdown', 'keydown'])
    addEventListener(act, finish, { capture: true, signal: user.signal })
  step()
  return stop
}

/** Answers whether anything moved. */
function scrollTo(list: string, { key, top }: Anchor): boolean {
  const item = itemsOf(list).find((element) => keyOf(element) === key)
  const scroller = scrollerOf(item)
  if (!item || isLedByAnother(scroller, top)) return false
  const before = scroller.scrollTop
  const distance = topOf(item) - edgeOf(scroller) - top
  if (Math.abs(distance) >= 1) scroller.scrollBy({ top: distance, behavior: 'instant' })
  return scroller.scrollTop !== before
}

/** Of several lists that scroll together, the one at the top edge leads. */
function isLedByAnother(scroller: Element, top: number): boolean {
  return [...holds].some(
    ([other, anchor]) => Math.abs(anchor.top) < Math.abs(top) && scrollerOf(itemsOf(other)[0]) === scroller,
  )
}

function itemsOf(list: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-list="${list}"]`)]
}

function keyOf(item: HTMLElement): string {
  return `${item.dataset['item']}`
}

function topOf(element: Element): number {
  return element.getBoundingClientRect().top
}

function scrollerOf(item: Element | undefined): Element {
  for (let box = item?.parentElement; box && box !== document.body; box = box.parentElement)
    if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box
  return document.documentElement
}

/** The top of what can be seen. */
function edgeOf(scroller: Element): number {
  return scroller === document.documentElement ? 0 : topOf(scroller)
}
