import type { GroupInfo } from "../../operator.ts"
import { groupInfoOf } from "../../rules/group-info.ts"
import { findGroup } from "../find-group.ts"
import type { GroupState } from "../group-state.ts"
import type { LogState } from "../log-state.ts"
import { waitingSince } from "../waiting-since.ts"
import { lagOf } from "../waiting.ts"

/** The groups named, or all, by name. */
export function groups(log: LogState, names?: readonly string[]): readonly GroupInfo[] {
  const found = names === undefined ? [...log.groups.values()] : [...new Set(names)].map((name) => findGroup(log, name))
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).map((group) => infoOf(log, group))
}

function infoOf(log: LogState, group: GroupState): GroupInfo {
  return groupInfoOf(group, { lag: lagOf(log, group), waitingSince: waitingSince(log, group), skips: group.skips })
}
