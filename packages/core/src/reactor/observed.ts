import type { Access, Delivery } from "./registration.ts"

/** Calls a reactor's code for a message, before the eyes of the observer where there is one: whoever writes a `Registration` calls it like that. */
export function observed<T>(access: Access, delivery: Delivery, call: () => Promise<T>): Promise<T> {
  return access.observer === undefined ? call() : access.observer.handle([delivery], call)
}
