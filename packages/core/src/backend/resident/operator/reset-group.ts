import type { StartPoint } from "../../../stream/start-point.ts"
import { checkReset, resetLoadedGroup, type GroupReset } from "../../rules/reset-loaded-group.ts"
import { resolveStart } from "../../rules/resolve-start.ts"
import { findGroup } from "../find-group.ts"
import { headOf, lastRecordedBefore, type LogState, messageAt } from "../log-state.ts"
import { touchWholeGroup } from "../touched.ts"
import { noteSkips } from "./note-skips.ts"

/** Moves a group back to a point. */
export function resetGroup(log: LogState, name: string, to: StartPoint, options: GroupReset = {}): void {
  const group = findGroup(log, name)
  checkReset(options, { name, wants: (type) => group.types.has(type) })
  const point = resolveStart(to, { head: headOf(log), lastBefore: (date) => lastRecordedBefore(log, date) })
  const lost = resetLoadedGroup(group, point, { ...options, typeAt: (position) => messageAt(log, position)?.type })
  noteSkips(log, group, lost, "trimmed")
  touchWholeGroup(log, group)
  log.news.work = true
}
