import { requireSync } from "./require-sync.ts"

/** The state after a message: what the function gives, or the state it was given, which it may have changed. Throws what it throws. */
export function evolveState<M extends { readonly type: string }>(
  evolve: (state: unknown, message: M) => unknown,
  state: unknown,
  message: M,
): unknown {
  const evolved = evolve(state, message)
  requireSync(evolved, `the evolve function of ${message.type}`)
  return evolved === undefined ? state : evolved
}
