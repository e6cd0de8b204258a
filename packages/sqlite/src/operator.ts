import type { Operator } from "@millrace/core/backend"

import type { AppendRoom } from "./append.ts"
import type { Connection } from "./connection.ts"
import { groupNamed } from "./group-model.ts"
import { deleteGroup, renameGroup, startGroup } from "./operator/change-group.ts"
import { discardLane } from "./operator/discard-lane.ts"
import { dump } from "./operator/dump.ts"
import { listGroups } from "./operator/groups.ts"
import { listLanes, retryLanes } from "./operator/lanes.ts"
import { listProcesses } from "./operator/processes.ts"
import { progress } from "./operator/progress.ts"
import { resetGroup } from "./operator/reset-group.ts"
import { restore } from "./operator/restore.ts"
import { cancelSchedules, listSchedules, reschedule } from "./operator/schedules.ts"
import { skip } from "./operator/skip.ts"
import { stats } from "./operator/stats.ts"
import { listStreams } from "./operator/streams.ts"
import { trimCategory } from "./operator/trim-category.ts"
import { trim } from "./operator/trim.ts"
import { logName, uninstall } from "./operator/uninstall.ts"
import type { Settings } from "./options.ts"
import { inOneView } from "./read.ts"
import { stopGroup } from "./stop-group.ts"
import type { Storage } from "./storage.ts"
import type { Target } from "./target.ts"
import type { WriteQueue } from "./write-queue.ts"

export interface OperatorParts {
  readonly target: Target
  readonly settings: Settings
  readonly storage: Storage
  readonly queue: WriteQueue
  readonly room: AppendRoom
  readonly read: <T>(run: (db: Connection) => T) => Promise<T>
  readonly now: () => number
}

/** What a person needs of a log in SQLite. Reads take one view of it; writes go through the queue like any other. */
export function createOperator({ target, settings, storage, queue, room, read, now }: OperatorParts): Operator {
  const { memo } = room
  const name = logName(target, settings)
  const look = <T>(run: (db: Connection) => T): Promise<T> => read((db) => inOneView(db, () => run(db)))
  return {
    stats: () => look((db) => stats(db, name, room.partitions())),
    groups: (names) => look((db) => listGroups(db, names, room.partitions())),
    startGroup: (group) => queue.write((writing) => startGroup(writing, memo, group)),
    stopGroup: (group, why) =>
      queue.write((writing) => stopGroup(writing, memo, groupNamed(writing.db, memo, group), why)),
    resetGroup: (group, to, options) => queue.write((writing) => resetGroup(writing, memo, group, to, options)),
    skip: (group, position) => queue.write((writing) => skip(writing, room, group, position)),
    renameGroup: (from, to) => queue.write((writing) => renameGroup(writing, memo, from, to)),
    deleteGroup: (group) => queue.write((writing) => deleteGroup(writing, memo, group)),
    lanes: (query) => look((db) => listLanes(db, query ?? {}, now())),
    retryLanes: (group, keys) => queue.write((writing) => retryLanes(writing, memo, group, keys)),
    discardLane: (group, key) => queue.write((writing) => discardLane(writing, memo, group, key)),
    streams: (query) => look((db) => listStreams(db, query)),
    schedules: (query) => look((db) => listSchedules(db, query)),
    cancelSchedules: (ids) => queue.write((writing) => cancelSchedules(writing, ids)),
    reschedule: (ids, at) => queue.write((writing) => reschedule(writing, ids, at)),
    trim: (upto, options) => queue.write((writing) => trim(writing, room, upto, options?.force ?? false)),
    trimCategory: (category, how) => queue.write((writing) => trimCategory(writing, room, category, how)),
    processes: () => look((db) => listProcesses(db, now())),
    progress: (streamId, position) => look((db) => progress(db, streamId, position, room.partitions())),
    dump: (query) => look((db) => dump(db, query, room.partitions())),
    restore: (records) => queue.write((writing) => restore(writing, records, room)),
    uninstall: (confirm) => uninstall(confirm, { name, settings, storage, queue, memo }),
  }
}
