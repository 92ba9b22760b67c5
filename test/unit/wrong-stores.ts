/**
 * Stores that are wrong the way real ones are, for the suite to catch.
 */
import type {
  Change,
  EndReason,
  Lifetime,
  SessionIndex,
  Store,
  StoreCapabilities,
  StoredRecord,
  UpdateResult,
} from '../../src/core/store.ts'
import { applyChange } from '../../src/stores/shared/apply-change.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const CAPABILITIES = { atomic: true, durable: false }
const FOREVER: Lifetime = { idle: Number.MAX_SAFE_INTEGER / 2, absoluteAt: Number.MAX_SAFE_INTEGER }

/** A right store, for a wrong one to override some of its verbs. */
export class RightStore implements Store {
  readonly name: string = 'right'
  readonly capabilities: StoreCapabilities = CAPABILITIES
  readonly now: () => number
  protected readonly right: ReturnType<typeof memoryStore>
  readonly index: SessionIndex

  constructor(now: () => number) {
    this.now = now
    this.right = memoryStore({ now })
    this.index = this.right.index
  }

  create(key: string, record: StoredRecord, lifetime: Lifetime): ReturnType<Store['create']> {
    return this.right.create(key, record, lifetime)
  }

  load(key: string): ReturnType<Store['load']> {
    return this.right.load(key)
  }

  update(key: string, change: Change, lifetime: Lifetime): ReturnType<Store['update']> {
    return this.right.update(key, change, lifetime)
  }

  touch(key: string, lifetime: Lifetime): ReturnType<Store['touch']> {
    return this.right.touch(key, lifetime)
  }

  destroy(key: string, reason: EndReason): ReturnType<Store['destroy']> {
    return this.right.destroy(key, reason)
  }
}

/** What most people write first: the whole session as one value, read, changed and written back. */
class BlobStore implements Store {
  readonly name = 'blob'
  readonly capabilities = CAPABILITIES
  readonly now: () => number
  readonly #blobs = new Map<string, { record: StoredRecord; endsAt: number }>()

  constructor(now: () => number) {
    this.now = now
  }

  create(key: string, record: StoredRecord, lifetime: Lifetime): boolean {
    if (this.load(key)) return false
    this.#save(key, record, lifetime)
    return true
  }

  load(key: string) {
    const blob = this.#blobs.get(key)
    if (!blob || blob.endsAt <= this.now()) return null
    return { ...blob.record, expiresIn: blob.endsAt - this.now(), now: this.now() }
  }

  async update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult> {
    const before = this.load(key)
    if (!before) return { status: 'gone' }
    const { fields, result } = applyChange(before.fields, change)
    await new Promise((resolve) => setImmediate(resolve))
    if (fields) this.#save(key, { meta: before.meta, fields }, lifetime)
    return result
  }

  touch(key: string, lifetime: Lifetime): boolean {
    const before = this.load(key)
    if (before) this.#save(key, before, lifetime)
    return before !== null
  }

  destroy(key: string) {
    const before = this.load(key)
    this.#blobs.delete(key)
    return before
  }

  #save(key: string, { meta, fields }: StoredRecord, { idle, absoluteAt }: Lifetime): void {
    const endsAt = Math.min(this.now() + idle, absoluteAt)
    this.#blobs.set(key, { record: { meta, fields: new Map(fields) }, endsAt })
  }
}

/** Writes what is not there. */
class CreatingStore extends BlobStore {
  override async update(key: string, change: Change, lifetime: Lifetime) {
    this.create(key, { meta: '', fields: new Map() }, lifetime)
    return super.update(key, change, lifetime)
  }
}

/** Reads, thinks, then removes. */
class SlowlyDestroyingStore extends RightStore {
  override async destroy(key: string, reason: EndReason) {
    const answer = this.right.load(key)
    await new Promise((resolve) => setImmediate(resolve))
    this.right.destroy(key, reason)
    return answer && 'fields' in answer ? answer : null
  }
}

/** Touches by writing back the whole record it read. */
class RewritingStore extends RightStore {
  override async touch(key: string, lifetime: Lifetime) {
    const before = await this.load(key)
    if (!before || 'ended' in before) return false
    await new Promise((resolve) => setImmediate(resolve))
    const now = this.right.load(key)
    if (!now || 'ended' in now) return false
    const added = [...now.fields.keys()].filter((name) => !before.fields.has(name))
    this.right.update(key, { set: before.fields, delete: added }, lifetime)
    return true
  }
}

/** Never looks at the deadline. */
class ImmortalStore extends RightStore {
  override create(key: string, record: StoredRecord) {
    return super.create(key, record, FOREVER)
  }

  override update(key: string, change: Change) {
    return super.update(key, change, FOREVER)
  }

  override touch(key: string) {
    return super.touch(key, FOREVER)
  }
}

/** Lets a touch carry a session past its absolute end. */
class RollingStore extends RightStore {
  override touch(key: string, { idle }: Lifetime) {
    return super.touch(key, { idle, absoluteAt: Number.MAX_SAFE_INTEGER })
  }
}

/** Writes first and compares afterwards. */
class UncheckedStore extends RightStore {
  override update(key: string, { expect: expected, ...change }: Change, lifetime: Lifetime) {
    const check = super.update(key, expected ? { expect: expected } : {}, lifetime)
    const result = super.update(key, change, lifetime)
    return 'status' in check && check.status === 'conflict' ? check : result
  }
}

/** Leaves limits to the caller, as every store did that knew none. */
class LimitlessStore extends RightStore {
  override update(key: string, { limits: _limits, ...change }: Change, lifetime: Lifetime) {
    return super.update(key, change, lifetime)
  }
}

/** Keeps fields in an object, so that some names mean something else. */
class ObjectStore extends RightStore {
  override create(key: string, record: StoredRecord, lifetime: Lifetime) {
    const fields = [...record.fields].filter(([name]) => !(name in {}))
    return super.create(key, { meta: record.meta, fields: new Map(fields) }, lifetime)
  }
}

/** Keeps texts as C strings. */
class TruncatingStore extends RightStore {
  override create(key: string, record: StoredRecord, lifetime: Lifetime) {
    const fields = [...record.fields].map(([name, value]) => [name, value.split('\0')[0] ?? ''] as const)
    return super.create(key, { meta: record.meta, fields: new Map(fields) }, lifetime)
  }
}

/** Tells a finer time than the contract speaks of. */
class FractionalStore extends RightStore {
  constructor(now: () => number) {
    super(() => now() + 0.25)
  }
}

/** Tells the time in seconds. */
class SecondsStore extends RightStore {
  constructor(now: () => number) {
    super(() => Math.floor(now() / 1000))
  }
}

/** Makes a store that goes by this clock. */
export type MakeStore = (now: () => number) => Store

/** One right store, and wrong ones named after what is wrong with them. */
export const stores: Readonly<
  Record<
    | 'right'
    | 'blob'
    | 'creating'
    | 'slowlyDestroying'
    | 'rewriting'
    | 'immortal'
    | 'rolling'
    | 'unchecked'
    | 'limitless'
    | 'object'
    | 'truncating'
    | 'fractional'
    | 'seconds',
    MakeStore
  >
> = {
  right: (now) => new RightStore(now),
  blob: (now) => new BlobStore(now),
  creating: (now) => new CreatingStore(now),
  slowlyDestroying: (now) => new SlowlyDestroyingStore(now),
  rewriting: (now) => new RewritingStore(now),
  immortal: (now) => new ImmortalStore(now),
  rolling: (now) => new RollingStore(now),
  unchecked: (now) => new UncheckedStore(now),
  limitless: (now) => new LimitlessStore(now),
  object: (now) => new ObjectStore(now),
  truncating: (now) => new TruncatingStore(now),
  fractional: (now) => new FractionalStore(now),
  seconds: (now) => new SecondsStore(now),
}
