import type { Position } from "../../../message/ids.ts"
import type { SkipInfo } from "../../operator.ts"
import { skipsAfter } from "../../rules/skips-after.ts"
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
  group.skipped += positions.length
  group.skips = skipsAfter(group.skips, positions, { how, at: log.clock.now() })
  touchGroup(log, group)
}
