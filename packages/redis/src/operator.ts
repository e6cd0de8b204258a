import { checkName, fenceAll, groupNameTaken, type Operator, stopGroup } from "@millrace/core/backend"

import { change } from "./change.ts"
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
import { groupKey } from "./save-groups.ts"

/** The operator of a log in Redis. `forget` is called once the log is gone. */
export function operatorOf(log: Log, use: <T>(work: () => Promise<T>) => Promise<T>, forget: () => void): Operator {
  return {
    stats: () => use(() => stats(log)),
    groups: (names) => use(() => groups(log, names)),
    startGroup: (group) => use(() => startGroup(log, group)),
    stopGroup: (group, why) =>
      use(() => change(log, { names: [group] }, (work) => stopGroup(work.group(group), why, work.now))),
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

async function renameGroup(log: Log, from: string, to: string): Promise<void> {
  checkName("group", to)
  await change(log, { names: [from, to] }, (work) => {
    const group = work.group(from)
    if (work.groups.some(({ name }) => name === to)) throw groupNameTaken(to)
    work.guards.push(["groups", to, ""], ["groups", from, group.id])
    work.writes.push(["HDEL", "groups", from], ["HSET", "groups", to, group.id])
    group.name = to
    fenceAll(group.partitions)
    for (let partition = 0; partition < log.partitions; partition += 1) {
      const { checkpoint = 0 } = group.partitions[group.order === "stream" ? partition : 0] ?? {}
      work.moves.push(["gone", from, partition], ["at", to, partition, checkpoint, ""])
    }
    work.news.work = true
  })
}

async function deleteGroup(log: Log, name: string): Promise<void> {
  await change(log, { names: [name] }, (work) => {
    const group = work.group(name)
    const key = groupKey(group)
    work.guards.push(["groups", name, group.id])
    for (let partition = 0; partition < log.partitions; partition += 1) work.moves.push(["gone", name, partition])
    work.writes.push(["HDEL", "groups", name], ["UNLINK", key], ["UNLINK", `${key}:heard`])
    for (const part of ["skips", "marks", "due"]) work.writes.push(["UNLINK", `${key}:${part}`])
    for (const { partition } of group.partitions)
      for (const part of ["p", "l", "r"]) work.writes.push(["UNLINK", `${key}:${part}${partition}`])
  })
}
