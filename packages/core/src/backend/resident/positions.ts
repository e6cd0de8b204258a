import type { Position } from "../../message/ids.ts"

/** Positions in rising order. */
export type Positions = readonly Position[]

/** The index of the first position above `position`; the length where there is none. */
export function indexAbove(positions: Positions, position: Position): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] ?? 0) <= position) low = middle + 1
    else high = middle
  }
  return low
}

/** The first position above `position`. A caught-up reader, the common case, is answered without a search. */
export function firstAbove(positions: Positions | undefined, position: Position): Position | undefined {
  if (positions === undefined || (positions.at(-1) ?? 0) <= position) return undefined
  return positions[indexAbove(positions, position)]
}

/** How many positions lie above `after` and up to `upto`. */
export function countBetween(positions: Positions | undefined, after: Position, upto: Position): number {
  if (positions === undefined || upto <= after) return 0
  return indexAbove(positions, upto) - indexAbove(positions, after)
}
