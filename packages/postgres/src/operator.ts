import { checkName, groupNameTaken, type Operator, toSortable } from "@millrace/core/backend"

import { changeGroup, groupToChange } from "./change-group.ts"
import type { Log } from "./log.ts"
import { discardLane } from "./operator/discard-lane.ts"
import { dump } from "./operator/dump.ts"
import { groups } from "./operator/groups.ts"
import { lanes } from "./operator/lanes.ts"
import { processes } from "./operator/processes.ts"
import { progress } from "./operator/progress.ts"
import { resetGroup } from "./operator/reset-group.ts"
import { restore } from "./operator/restore.ts"
import { retryLanes } from "./operator/retry-lanes.ts"
import { cancelSchedules, reschedule, schedules } from "./operator/schedules.ts"
import { skip } from "./operator/skip.ts"
import { startGroup } from "./operator/start-group.ts"
import { stats } from "./operator/stats.ts"
import { streams } from "./operator/streams.ts"
import { trimCategory } from "./operator/trim-category.ts"
import { trim } from "./operator/trim.ts"
import { uninstall } from "./operator/uninstall.ts"
import { deleteGroup } from "./sql/delete-group.ts"
import { renameGroup } from "./sql/rename-group.ts"
import { fenceAll, stopGroup } from "./stop-group.ts"

/** The operator of a log in Postgres. `use` runs a call on a log that is open and of our format; `wiped`: the log is gone. */
export function operatorOf(log: Log, use: <T>(work: () => Promise<T>) => Promise<T>, wiped: () => void): Operator {
  return {
    stats: () => use(() => stats(log)),
    groups: (names) => use(() => groups(log, names)),
    startGroup: (group) => use(() => startGroup(log, group)),
    stopGroup: (name, why) => use(() => changeGroup(log, name, ({ on, now }, group) => stopGroup(on, group, why, now))),
    resetGroup: (group, to, options) => use(() => resetGroup(log, group, to, options)),
    skip: (group, position) => use(() => skip(log, group, position)),
    renameGroup: (from, to) => use(() => rename(log, from, to)),
    deleteGroup: (name) =>
      use(() =>
        changeGroup(log, name, async ({ on }, group) => {
          await fenceAll(on, group)
          await on.count(deleteGroup, group.id)
        }),
      ),
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
        wiped()
      }),
  }
}

async function rename(log: Log, from: string, to: string): Promise<void> {
  checkName("group", to)
  await changeGroup(log, from, async (locked, group) => {
    if ((await groupToChange(locked, to)) !== undefined) throw groupNameTaken(to)
    await locked.on.count(renameGroup, group.id, toSortable(to))
    await fenceAll(locked.on, group)
  })
  log.news.work()
}
