/**
 * Freezing what the sessions of all visitors share. On a method that is not frozen a package can
 * hang what it means for one visitor, and every other visitor gets it.
 *
 * @module
 */

interface Shared {
  prototype: object
}

/** Freezes classes, their prototypes and their methods. */
export function freezeShared(...classes: readonly Shared[]): void {
  freezeMethods(...classes)
  for (const shared of classes) {
    Object.freeze(shared.prototype)
    Object.freeze(shared)
  }
}

/** Freezes the methods alone: applications may add others to the prototypes. */
export function freezeMethods(...classes: readonly Shared[]): void {
  for (const holder of classes.flatMap((shared) => [shared, shared.prototype])) {
    for (const key of Reflect.ownKeys(holder)) {
      const parts = Object.values(Object.getOwnPropertyDescriptor(holder, key) ?? {})
      for (const part of parts) if (typeof part === 'function') Object.freeze(part)
    }
  }
}
