/**
 * The three flags of a session, under names that no data can have.
 *
 * @module
 */

/** The session's lifetime was extended in this request. */
export const isTouched: unique symbol = Symbol('session.isTouched')

/** The session was destroyed in this request. */
export const isDestroyed: unique symbol = Symbol('session.isDestroyed')

/** The request came without a living session. */
export const isNew: unique symbol = Symbol('session.isNew')
