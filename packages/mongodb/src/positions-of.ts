import type { Position } from "@millrace/core/backend"

/** All positions from `first` to `last`. */
export function positionsOf(first: Position, last: Position): readonly Position[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
