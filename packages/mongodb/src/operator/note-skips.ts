import { type Instant, type Position, type SkipInfo, SKIPS_KEPT } from "@millrace/core/backend"

import type { GroupState } from "../group-state.ts"

/** Lists messages that a group will not be handed. */
export function noteSkips(
  draft: GroupState,
  positions: readonly Position[],
  { how, at }: { readonly how: SkipInfo["how"]; readonly at: Instant },
): void {
  if (positions.length === 0) return
  draft.skipped += positions.length
  const listed = positions.slice(-SKIPS_KEPT).map((position): SkipInfo => ({ position, how, at }))
  draft.skips = [...draft.skips, ...listed].slice(-SKIPS_KEPT)
}
