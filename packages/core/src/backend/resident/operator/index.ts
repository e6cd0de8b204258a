import { BackendError } from "../../errors.ts"
import type { Operator } from "../../operator.ts"
import { checkName } from "../../rules/check-arguments.ts"
import { fenceAll } from "../../rules/fence.ts"
import { groupNameTaken } from "../../rules/operator-errors.ts"
import { stopGroup } from "../../rules/stop-group.ts"
import type { StopReason } from "../../settle.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"
import type { OpenLog } from "../open-log.ts"
import { touchWholeGroup } from "../touched.ts"
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
import { stats } from "./stats.ts"
import { streams } from "./streams.ts"
import { trimCategory } from "./trim-category.ts"
import { trim } from "./trim.ts"

/** The operator of a resident log. `name`: what `uninstall` wants to hear. */
export function operatorOf(name: string, open: OpenLog): Operator {
  const look = <T>(read: (log: LogState) => T): Promise<T> => open.look(read)
  const write = <T>(change: (log: LogState) => T): Promise<T> => open.write(change)
  return {
    stats: () => look(stats),
    groups: (names) => look((log) => groups(log, names)),
    startGroup: (group) => write((log) => startGroup(log, group)),
    stopGroup: (group, why) => write((log) => stop(log, group, why)),
    resetGroup: (group, to, options) => write((log) => resetGroup(log, group, to, options)),
    skip: (group, position) => write((log) => skip(log, group, position)),
    renameGroup: (from, to) => write((log) => renameGroup(log, from, to)),
    deleteGroup: (group) => write((log) => deleteGroup(log, group)),
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
      if (confirm !== name)
        throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, "${name}"`)
      await open.wipe()
    },
  }
}

function stop(log: LogState, name: string, why: StopReason): void {
  const group = findGroup(log, name)
  stopGroup(group, why, log.clock.now())
  touchWholeGroup(log, group)
}

function deleteGroup(log: LogState, name: string): void {
  const group = findGroup(log, name)
  log.groups.delete(name)
  touchWholeGroup(log, group)
}

function renameGroup(log: LogState, from: string, to: string): void {
  checkName("group", to)
  const group = findGroup(log, from)
  if (log.groups.has(to)) throw groupNameTaken(to)
  touchWholeGroup(log, group)
  log.groups.delete(from)
  log.groups.set(to, group)
  group.name = to
  fenceAll(group.partitions)
  touchWholeGroup(log, group)
  log.news.work = true
}
