import type { Load } from "../../../harness/append-load.ts"
import type { Sample } from "../../../harness/sample.ts"

/** What a worker process is told to do. */
export type Order =
  | { readonly kind: "append"; readonly load: Load }
  | { readonly kind: "drain"; readonly group: string; readonly measurement: string }
  | { readonly kind: "end" }

/** What came of appending. */
export interface Appended {
  readonly sample: Sample
  readonly confirmed: readonly (readonly [string, number])[]
}

/** What was handled: stream, number, and when, in milliseconds of the machine's clock. */
export interface Handled {
  readonly handled: readonly (readonly [string, number, number])[]
}

/** How much was handled so far. */
export interface Count {
  readonly count: number
}

export function isCount(value: unknown): value is Count {
  return typeof value === "object" && value !== null && "count" in value
}

export function isOrder(value: unknown): value is Order {
  return typeof value === "object" && value !== null && "kind" in value
}

export function isAppended(value: unknown): value is Appended {
  return typeof value === "object" && value !== null && "confirmed" in value
}

export function isHandled(value: unknown): value is Handled {
  return typeof value === "object" && value !== null && "handled" in value
}
