import { BackendError } from "../../backend/errors.ts"
import type { Operator } from "../../backend/operator.ts"
import { checkName } from "../../backend/rules/check-arguments.ts"
import { fenceAll } from "../../backend/rules/fence.ts"
import { groupNameTaken } from "../../backend/rules/operator-errors.ts"
import { stopGroup } from "../../backend/rules/stop-group.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"
import { discardLane } from "./discard-lane.ts"
import { dump } from "./dump.ts"
import { groups } from "./groups.ts"
import { lanes } from "./lanes.ts"
import { processes } from "./processes.ts"
import { progress } from "./progress.ts"
import { resetGroup } from "./reset-group.ts"
import { restore } from "./restore.ts"
import { retryLanes } from "./retry-lanes.ts"
import { cancelSchedules, reschedule, schedules } from "./schedules.ts"
import { skip } from "./skip.ts"
import { startGroup } from "./start-group.ts"
import { LOG_NAME, stats } from "./stats.ts"
import { streams } from "./streams.ts"
import { trimCategory } from "./trim-category.ts"
import { trim } from "./trim.ts"

/** How a call reaches the log: at once for reads, in turn for writes. */
export interface Doors {
  readonly look: <T>(read: (log: LogState) => T) => Promise<T>
  readonly write: <T>(write: (log: LogState) => T) => Promise<T>
  /** Forgets the whole log. */
  readonly wipe: () => Promise<void>
}

/** The operator of a log in memory. */
export function operatorOf({ look, write, wipe }: Doors): Operator {
  return {
    stats: () => look(stats),
    groups: (names) => look((log) => groups(log, names)),
    startGroup: (group) => write((log) => startGroup(log, group)),
    stopGroup: (group, why) => write((log) => stopGroup(findGroup(log, group), why, log.clock.now())),
    resetGroup: (group, to, options) => write((log) => resetGroup(log, group, to, options)),
    skip: (group, position) => write((log) => skip(log, group, position)),
    renameGroup: (from, to) => write((log) => renameGroup(log, from, to)),
    deleteGroup: (group) => write((log) => void log.groups.delete(findGroup(log, group).name)),
    lanes: (query) => look((log) => lanes(log, query)),
    retryLanes: (group, keys) => write((log) => retryLanes(log, group, keys)),
    discardLane: (group, key) => write((log) => discardLane(log, group, key)),
    streams: (query) => look((log) => streams(log, query)),
    schedules: (query) => look((log) => schedules(log, query)),
    cancelSchedules: (ids) => write((log) => cancelSchedules(log, ids)),
    reschedule: (ids, at) => write((log) => reschedule(log, ids, at)),
    trim: (upto, options) => write((log) => trim(log, upto, options)),
    trimCategory: (category, how) => write((log) => trimCategory(log, category, how)),
    processes: () => look(processes),
    progress: (streamId, position) => look((log) => progress(log, streamId, position)),
    dump: (query) => look((log) => dump(log, query)),
    restore: (records) => write((log) => restore(log, records)),
    async uninstall(confirm) {
      if (confirm !== LOG_NAME)
        throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, "${LOG_NAME}"`)
      await wipe()
    },
  }
}

function renameGroup(log: LogState, from: string, to: string): void {
  checkName("group", to)
  const group = findGroup(log, from)
  if (log.groups.has(to)) throw groupNameTaken(to)
  log.groups.delete(from)
  log.groups.set(to, group)
  group.name = to
  fenceAll(group.partitions)
  log.news.work = true
}
