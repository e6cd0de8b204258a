import type { Instant, Position } from "../../message/ids.ts"
import type { StartPoint } from "../../stream/start-point.ts"
import { BackendError } from "../errors.ts"

/** The checkpoint that a start point stands for. `lastBefore` answers the last position recorded before an instant (0: none). */
export function resolveStart(
  start: StartPoint,
  { head, lastBefore }: { readonly head: Position; readonly lastBefore: (date: Instant) => Position },
): Position {
  switch (start.at) {
    case "beginning":
      return 0
    case "now":
      return head
    case "position":
      if (!Number.isSafeInteger(start.position) || start.position < 0)
        throw new BackendError("invalid", `start position ${start.position}: give a whole number from 0`)
      return start.position
    case "date":
      if (!Number.isFinite(start.date))
        throw new BackendError("invalid", `start date ${start.date}: give an instant in milliseconds`)
      return lastBefore(start.date)
  }
}
