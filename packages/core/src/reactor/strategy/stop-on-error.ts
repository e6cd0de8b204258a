import type { ErrorStrategy } from "../error-strategy.ts"

/** Stops the group at the first error. The message waits, and is handled again once the group is started. The default. */
export function stopOnError(): ErrorStrategy {
  return () => ({ kind: "stop" })
}
