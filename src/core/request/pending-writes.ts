/**
 * The writes of one session that are on their way, and those that failed unnoticed.
 *
 * A write need not be awaited. A caller that awaits it gets its failure, and handles it. A failure
 * that no caller awaited is told by `settle`, to the adapter that sends the response.
 *
 * @module
 */

/** The promise of a write, which knows whether a caller waits for it. */
class Write<T> extends Promise<T> {
  isAwaited = false

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** Lets it fail while no caller waits. */
  tolerate(): void {
    void super.then(undefined, () => {})
  }

  // `await`, `catch`, `finally` and `Promise.all` all come by here.
  // oxlint-disable-next-line unicorn/no-thenable
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true
    return super.then(fulfilled, rejected)
  }
}

interface Failure {
  write: Write<unknown>
  error: unknown
}

/** Beyond so many failures of one session, the first ones tell enough. */
const MOST = 10

/** See the module. */
export class Writes {
  /** Made with the first write: most requests only read. */
  #running: Set<Promise<void>> | null = null
  #failures: Failure[] | null = null
  readonly #abandoned: ((error: unknown) => void) | undefined

  /** @param abandoned is told of failures that no caller has noticed, where `settle` is not called */
  constructor(abandoned?: (error: unknown) => void) {
    this.#abandoned = abandoned
  }

  /** Whether `settle` would have nothing to wait for and nothing to tell. */
  get isSettled(): boolean {
    return !this.#running?.size && !this.#failures?.some(isUnnoticed)
  }

  /**
   * Makes a write safe not to await: its failure is kept for `settle`, where an unhandled
   * rejection would end the process.
   */
  observe<T>(work: Promise<T>): Promise<T> {
    const write = new Write<T>((resolve, reject) => void work.then(resolve, reject))
    write.tolerate()
    const running = (this.#running ??= new Set())
    const ending: Promise<void> = work.then(
      () => void running.delete(ending),
      (error: unknown) => {
        running.delete(ending)
        this.#failures = (this.#failures ?? []).filter(isUnnoticed)
        if (this.#failures.length < MOST) this.#failures.push({ write, error })
        if (this.#abandoned !== undefined) setTimeout(() => this.#tell(write, error))
      },
    )
    running.add(ending)
    return write
  }

  #tell(write: Write<unknown>, error: unknown): void {
    if (!write.isAwaited) this.#abandoned?.(error)
  }

  /** Resolves when no write is on its way; rejects with the first failure that no caller has noticed. */
  async settle(): Promise<void> {
    while (this.#running?.size) await Promise.all(this.#running)
    this.tellFailure()
  }

  /** Throws the first failure that no caller has noticed, and forgets all. */
  tellFailure(): void {
    const failure = this.#failures?.find(isUnnoticed)
    this.#failures = null
    if (failure !== undefined) throw failure.error
  }
}

function isUnnoticed({ write }: Failure): boolean {
  return !write.isAwaited
}
