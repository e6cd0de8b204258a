import { requireSync } from "./require-sync.ts"

/** What changes a state by a message. */
export interface Evolves<M> {
  evolve(state: unknown, message: M): unknown
}

/** The state after a message: what the function gives, or the state it was given, which it may have changed. Throws what it throws. */
export function evolveState<M extends { readonly type: string }>(by: Evolves<M>, state: unknown, message: M): unknown {
  const evolved = by.evolve(state, message)
  requireSync(evolved, `the evolve function of ${message.type}`)
  return evolved === undefined ? state : evolved
}
