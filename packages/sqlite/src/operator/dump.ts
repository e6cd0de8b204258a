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
  pageOf,
  SKIPS_KEPT,
  type StoredMessage,
  type StopReason,
} from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { type GroupModel, groupNamed, replayOf } from "../group-model.ts"
import { laneOfRow } from "../lane-row.ts"
import { createMemo } from "../memo.ts"
import { int, type Row, text, textOrNull } from "../row.ts"
import { selectAllDocuments } from "../sql/select-all-documents.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectGroupFacts } from "../sql/select-group-facts.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectGroupReplays } from "../sql/select-group-replays.ts"
import { selectKeyPage } from "../sql/select-key-page.ts"
import { selectMarks } from "../sql/select-marks.ts"
import { selectSkips } from "../sql/select-skips.ts"
import { selectStreamEnds } from "../sql/select-stream-ends.ts"
import { storedJson } from "../stored-json.ts"
import { skipOf } from "./groups.ts"

/** A page of what reads do not give of a log. */
export function dump(db: Connection, { of, after, limit: asked }: DumpQuery, partitions: number): DumpPage {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  switch (of) {
    case "streams":
      return pageOf(db.all(selectStreamEnds, after ?? "", limit + 1), limit, { record: streamRecord, place: name })
    case "keys":
      return pageOf(db.all(selectKeyPage, after ?? "", limit + 1), limit, { record: keyRecord, place: name })
    case "documents": {
      const [collection, id] = after === undefined ? ["", ""] : storedJson<readonly [string, string]>(after)
      const rows = db.all(selectAllDocuments, collection, id, limit + 1)
      return pageOf(rows, limit, { record: documentRecord, place: documentPlace })
    }
    case "groups": {
      const memo = createMemo(() => partitions)
      const names = db.all(selectGroupNames).filter((row) => after === undefined || name(row) > after)
      return pageOf(names, limit, { record: (row) => groupRecord(db, groupNamed(db, memo, name(row))), place: name })
    }
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

function groupRecord(db: Connection, group: GroupModel): GroupRecord {
  const [stopped, dropped, skipped] = db.get(selectGroupFacts, group.id) ?? []
  const why = textOrNull(stopped)
  const lanes = db
    .all(selectAllLanes, group.id, null, "", Number.MAX_SAFE_INTEGER)
    .map(laneOfRow)
    .map((lane) => ({ ...lane, kept: lane.kept === null ? undefined : storedJson<StoredMessage>(lane.kept) }))
  const rows = db.all(selectGroupReplays, group.id)
  return {
    kind: "group",
    group: group.name,
    order: group.order,
    start: group.start,
    ...(why === null ? {} : { stopped: storedJson<StopReason & { readonly at: number }>(why) }),
    maxLanes: group.maxLanes,
    types: [...group.types.values()].map(({ name, since }) => ({ type: name, since })).sort(by(({ type }) => type)),
    epoch: group.epoch,
    reemit: group.reemit,
    dropped: int(dropped),
    skips: db.all(selectSkips, group.id, SKIPS_KEPT).map(skipOf).reverse(),
    skipped: int(skipped),
    marks: db.all(selectMarks, group.id).map((row) => int(row[0])),
    partitions: group.partitions.map(({ partition, checkpoint, replay, hold }) => ({
      checkpoint,
      replay,
      rows: rows
        .filter((row) => int(row[2]) === partition)
        .map((row) => ({ key: fromSortable(text(row[0])), replay: replayOf(row[1]) }))
        .sort(by(({ key }) => key)),
      ...(hold === null ? {} : { hold }),
      lanes: lanes.filter((lane) => lane.partition === partition).map(laneRecordOf),
    })),
  }
}

function by<T>(name: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (name(a) < name(b) ? -1 : 1)
}
