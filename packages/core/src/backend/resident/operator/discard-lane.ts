import { noSuchLane } from "../../rules/operator-errors.ts"
import { passLane } from "../../rules/pass-lane.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"
import { touchWholeGroup } from "../touched.ts"
import { wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Passes over the message at which a lane waits. */
export function discardLane(log: LogState, name: string, key: string): void {
  const group = findGroup(log, name)
  const at = group.partitions.find(({ lanes }) => lanes.has(key))
  const lane = at?.lanes.get(key)
  if (at === undefined || lane === undefined) throw noSuchLane(name, key)
  const next = group.order === "stream" ? firstOf(wantedOfLane(log, group, at, lane)) : lane.at.next
  const waits = lane.kept?.position ?? next
  if (waits !== undefined) noteSkips(log, group, [waits], "discarded")
  passLane(at, lane, waits ?? at.checkpoint, log.clock.now())
  touchWholeGroup(log, group)
  log.news.work = true
}

function firstOf(waiting: ReturnType<typeof wantedOfLane>): number | undefined {
  for (const { position } of waiting) return position
  return undefined
}
