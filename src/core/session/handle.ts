/**
 * What the objects that an application holds have in common: nothing can be hung on them, and
 * nothing can be read from them but what their class shows.
 *
 * With express-session `req.session.user = user` stores. Here it would be lost, in silence where
 * code is sloppy, even on a frozen object. So each handle is a proxy that refuses every
 * assignment, and says what to write. It has no trap for reading. The private field is that of the
 * proxy itself, since a class that gets another object from `super()` puts its fields there.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { refuseAssigning, refuseDeleting } from './foreign-habits.ts'
import { freezeShared } from '../freeze-shared.ts'
import type { View } from '../request/view.ts'

const TRAPS: ProxyHandler<object> = {
  set: (target, key) => refuseAssigning(target, key),
  defineProperty: (target, key) => refuseAssigning(target, key),
  setPrototypeOf: (target) => refuseAssigning(target, '__proto__'),
  deleteProperty: (target, key) => refuseDeleting(target, key),
}

class Refusing {
  constructor() {
    return new Proxy(this, TRAPS)
  }
}

/** What a handle shows. @internal */
export let viewOf: (handle: Handle) => View

let isHandle: (value: object) => boolean

/** An object that an application holds. */
export class Handle extends Refusing {
  // All that it holds, and private: code that walks over its properties meets no token and no data.
  readonly #view: View

  static {
    viewOf = (handle) => handle.#view
    isHandle = (value) => #view in value
  }

  /** @internal */
  constructor(view: View) {
    super()
    this.#view = view
  }
}

/** The session behind a handle. @internal */
export function requestSessionOf(handle: Handle): RequestSession {
  return viewOf(handle).current
}

/** Whether a value is the session of a request, or a namespace of it. @internal */
export function isSessionHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && isHandle(value)
}

freezeShared(Refusing, Handle)
