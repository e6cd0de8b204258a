import type { Operator } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { discardLane } from "./operator/discard-lane.ts"
import { dump } from "./operator/dump.ts"
import { deleteGroup, groups, renameGroup, startGroup, stopGroupByHand } from "./operator/groups.ts"
import { lanes, retryLanes } from "./operator/lanes.ts"
import { processes } from "./operator/processes.ts"
import { progress } from "./operator/progress.ts"
import { resetGroup } from "./operator/reset-group.ts"
import { restore } from "./operator/restore.ts"
import { cancelSchedules, reschedule, schedules } from "./operator/schedules.ts"
import { skip } from "./operator/skip.ts"
import { stats } from "./operator/stats.ts"
import { streams } from "./operator/streams.ts"
import { trimCategory } from "./operator/trim-category.ts"
import { trim } from "./operator/trim.ts"
import { uninstall } from "./operator/uninstall.ts"

/** What a person needs of a log. `forget` is called when the log is gone. */
export function operatorOf(log: Log, use: <T>(work: () => Promise<T>) => Promise<T>, forget: () => void): Operator {
  return {
    stats: () => use(() => stats(log)),
    groups: (names) => use(() => groups(log, names)),
    startGroup: (group) => use(() => startGroup(log, group)),
    stopGroup: (group, why) => use(() => stopGroupByHand(log, group, why)),
    resetGroup: (group, to, options) => use(() => resetGroup(log, group, to, options)),
    skip: (group, position) => use(() => skip(log, group, position)),
    renameGroup: (from, to) => use(() => renameGroup(log, from, to)),
    deleteGroup: (group) => use(() => deleteGroup(log, group)),
    lanes: (query) => use(() => lanes(log, query)),
    retryLanes: (group, keys) => use(() => retryLanes(log, group, keys)),
    discardLane: (group, key) => use(() => discardLane(log, group, key)),
    streams: (query) => use(() => streams(log, query)),
    schedules: (query) => use(() => schedules(log, query)),
    cancelSchedules: (ids) => use(() => cancelSchedules(log, ids)),
    reschedule: (ids, at) => use(() => reschedule(log, ids, at)),
    trim: (upto, options) => use(() => trim(log, upto, options)),
    trimCategory: (category, how) => use(() => trimCategory(log, category, how)),
    processes: () => use(() => processes(log)),
    progress: (streamId, position) => use(() => progress(log, streamId, position)),
    dump: (query) => use(() => dump(log, query)),
    restore: (records) => use(() => restore(log, records)),
    uninstall: (confirm) =>
      use(async () => {
        await uninstall(log, confirm)
        forget()
      }),
  }
}
