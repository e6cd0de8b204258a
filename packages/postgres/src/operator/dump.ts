import {
  checkLimit,
  type DumpPage,
  type DumpQuery,
  fromSortable,
  type GroupRecord,
  type Json,
  laneRecordOf,
  type LogRecord,
  MAX_RECORDS,
  nextOf,
  pageOf,
  SKIPS_KEPT,
  toSortable,
} from "@millrace/core/backend"

import { groupToChange, type LockedLog, underLock } from "../change-group.ts"
import type { Row } from "../database.ts"
import { lockPartitions, replayOf } from "../group-rows.ts"
import { keptMessage, lanesOf } from "../lane-rows.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectAllDocuments } from "../sql/select-all-documents.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectGroupReplays } from "../sql/select-group-replays.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectGroups } from "../sql/select-groups.ts"
import { selectKeyPage } from "../sql/select-key-page.ts"
import { selectMarks } from "../sql/select-marks.ts"
import { selectSkips } from "../sql/select-skips.ts"
import { selectStreamEnds } from "../sql/select-stream-ends.ts"
import { storedJson } from "../stored-json.ts"
import { skipOf, stopOf } from "./groups.ts"

/** A page of what reads do not give of a log. */
export async function dump(log: Log, { of, after = "", limit: asked }: DumpQuery): Promise<DumpPage> {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  const { read } = log.database
  switch (of) {
    case "streams":
      return pageOf(await read.rows(selectStreamEnds, after, limit + 1), limit, { record: streamRecord, place: name })
    case "keys":
      return pageOf(await read.rows(selectKeyPage, after, limit + 1), limit, { record: keyRecord, place: name })
    case "documents": {
      const [collection, id] = after === "" ? ["", ""] : storedJson<readonly [string, string]>(after)
      const rows = await read.rows(selectAllDocuments, collection, id, limit + 1)
      return pageOf(rows, limit, { record: documentRecord, place: documentPlace })
    }
    case "groups":
      // Under the log's lock and the partitions' own nothing of a group changes.
      return underLock(log, async (locked) => {
        const names = await locked.on.rows(selectGroupNames, after, limit + 1)
        const records: GroupRecord[] = []
        for (const row of names.slice(0, limit)) records.push(...(await groupRecord(locked, name(row))))
        return { records, ...nextOf(names, limit, name) }
      })
  }
}

/** The first column. */
function name([first]: Row): string {
  return text(first)
}

function documentPlace([collection, id]: Row): string {
  return JSON.stringify([text(collection), text(id)])
}

function streamRecord(row: Row): LogRecord {
  return { kind: "stream", streamId: fromSortable(text(row[0])), version: int(row[1]), lastPosition: int(row[2]) }
}

function keyRecord(row: Row): LogRecord {
  const [key, fingerprint] = [text(row[0]), text(row[1])]
  return { kind: "key", key, fingerprint, firstPosition: int(row[2]), position: int(row[3]), at: int(row[4]) }
}

function documentRecord(row: Row): LogRecord {
  const value = storedJson<Json>(text(row[3]))
  return { kind: "document", collection: text(row[0]), id: fromSortable(text(row[1])), revision: int(row[2]), value }
}

/** The group, unless it was deleted meanwhile. */
async function groupRecord(locked: LockedLog, stored: string): Promise<readonly GroupRecord[]> {
  const { on } = locked
  const name = fromSortable(stored)
  const group = await groupToChange(locked, name)
  const [facts] = await on.rows(selectGroups, textList([toSortable(name)]))
  if (group === undefined || facts === undefined) return []
  const partitions = await lockPartitions(on, group)
  const lanes = await lanesOf(on, group.id)
  const rows = (await on.rows(selectGroupReplays, group.id, null)).map((row) => ({
    row: { key: fromSortable(text(row[0])), replay: replayOf(row[1]) },
    partition: int(row[2]),
  }))
  const { order, start, maxLanes, epoch, reemit } = group
  return [
    {
      kind: "group",
      group: name,
      order,
      start,
      ...(facts[9] === null ? {} : { stopped: stopOf(text(facts[9])) }),
      maxLanes,
      types: (await on.rows(selectGroupTypes, group.id)).map((row) => ({ type: text(row[0]), since: int(row[1]) })),
      epoch,
      reemit,
      dropped: int(facts[13]),
      skips: (await on.rows(selectSkips, numberList([group.id]), SKIPS_KEPT))
        .map(([, ...skip]) => skipOf(skip))
        .toReversed(),
      skipped: int(facts[10]),
      marks: (await on.rows(selectMarks, group.id)).map((row) => int(row[0])).sort((a, b) => a - b),
      partitions: partitions.map(({ partition, checkpoint, replay, hold }) => ({
        checkpoint,
        replay,
        rows: rows.filter((one) => one.partition === partition).map(({ row }) => row),
        ...(hold === null ? {} : { hold }),
        lanes: lanes
          .filter((lane) => lane.partition === partition)
          .map((lane) => laneRecordOf({ ...lane, kept: keptMessage(lane) })),
      })),
    },
  ]
}
