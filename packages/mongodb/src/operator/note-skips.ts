import { type Instant, type Position, type SkipInfo, skipsAfter } from "@millrace/core/backend"

import type { GroupState } from "../group-state.ts"

/** Lists messages that a group will not be handed. */
export function noteSkips(
  draft: GroupState,
  positions: readonly Position[],
  what: { readonly how: SkipInfo["how"]; readonly at: Instant },
): void {
  if (positions.length === 0) return
  draft.skipped += positions.length
  draft.skips = skipsAfter(draft.skips, positions, what)
}
