import type { Instant, Position } from "../message/ids.ts"

/** Where a new group begins: before the first message, after the last one of this moment, after a position, or at the first message recorded at or after a date. */
export type StartPoint =
  | { readonly at: "beginning" }
  | { readonly at: "now" }
  | { readonly at: "position"; readonly position: Position }
  | { readonly at: "date"; readonly date: Instant }
