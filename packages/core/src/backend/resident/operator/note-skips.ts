import type { Position } from "../../../message/ids.ts"
import { type SkipInfo, SKIPS_KEPT } from "../../operator.ts"
import type { GroupState } from "../group-state.ts"
import type { LogState } from "../log-state.ts"
import { touchGroup } from "../touched.ts"

/** Lists messages that a group will not be handed. */
export function noteSkips(
  log: LogState,
  group: GroupState,
  positions: readonly Position[],
  how: SkipInfo["how"],
): void {
  const at = log.clock.now()
  group.skipped += positions.length
  const listed = positions.slice(-SKIPS_KEPT).map((position): SkipInfo => ({ position, how, at }))
  group.skips = [...group.skips, ...listed].slice(-SKIPS_KEPT)
  touchGroup(log, group)
}
