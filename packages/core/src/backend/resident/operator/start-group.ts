import { startLoadedGroup } from "../../rules/start-loaded-group.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"
import { touchWholeGroup } from "../touched.ts"

/** Makes a stopped group active again; what retries is due at once. */
export function startGroup(log: LogState, name: string): void {
  const group = findGroup(log, name)
  if (group.stopped === null) return
  startLoadedGroup(group, log.clock.now())
  touchWholeGroup(log, group)
  log.news.work = true
}
