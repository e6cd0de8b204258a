import { type Position, type SkipInfo, SKIPS_KEPT } from "@millrace/core/backend"

import type { Work } from "../change.ts"
import type { GroupState } from "../group-state.ts"

/** Lists messages that a group will not be handed. */
export function noteSkips(
  { now: at }: Work,
  { added }: GroupState,
  positions: readonly Position[],
  how: SkipInfo["how"],
): void {
  added.skipped += positions.length
  added.skips.push(...positions.slice(-SKIPS_KEPT).map((position): SkipInfo => ({ position, how, at })))
}
