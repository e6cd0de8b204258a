import type { ErrorStrategy } from "../error-strategy.ts"

/** Sets the failing stream aside as a dead letter at the first error. Other streams go on. */
export function parkOnError(): ErrorStrategy {
  return () => ({ kind: "park" })
}
