import type { PartVerdict, Settled } from "../settle.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { headOf, type LogState, messageAt, wasTrimmed } from "./log-state.ts"
import type { GroupRow, LogRow, PartitionRow, RowChange, Table } from "./rows.ts"
import { documentKey, partitionKey, placeOfDocument, placeOfPartition } from "./touched.ts"

/** The version of the rows' shapes. */
export const ROWS_FORMAT = 1

/** A row of a log as it is now. */
export function rowOf(log: LogState, table: Table, key: string): RowChange {
  switch (table) {
    case "log":
      return [table, key, logRow(log)]
    case "messages":
      return [table, key, messageAt(log, Number(key)) ?? null]
    case "streams": {
      const { version, trimmed, lastPosition } = log.streams.get(key) ?? { version: 0, trimmed: 0, lastPosition: 0 }
      return [table, key, { version, trimmed, lastPosition }]
    }
    case "keys":
      return [table, key, log.keys.get(key) ?? null]
    case "documents": {
      const { collection, id } = placeOfDocument(key)
      const document = log.documents.get(collection)?.get(id)
      return [table, key, document === undefined ? null : { collection, id, ...document }]
    }
    case "schedules":
      return [table, key, log.scheduled.get(key) ?? null]
    case "groups": {
      const group = log.groups.get(key)
      return [table, key, group === undefined ? null : groupRow(group)]
    }
    case "partitions": {
      const { group, partition } = placeOfPartition(key)
      const at = log.groups.get(group)?.partitions[partition]
      return [table, key, at === undefined ? null : partitionRow(group, at)]
    }
    case "processes":
      return [table, key, log.processes.get(key) ?? null]
  }
}

/** All rows of a log. */
export function* allRows(log: LogState): Iterable<RowChange> {
  yield rowOf(log, "log", "log")
  for (const message of log.entries) if (message !== undefined) yield ["messages", String(message.position), message]
  for (const [key, stream] of log.streams) if (wasTrimmed(stream)) yield rowOf(log, "streams", key)
  for (const key of log.keys.keys()) yield rowOf(log, "keys", key)
  for (const [collection, ids] of log.documents)
    for (const id of ids.keys()) yield rowOf(log, "documents", documentKey(collection, id))
  for (const key of log.scheduled.keys()) yield rowOf(log, "schedules", key)
  for (const [name, { partitions }] of log.groups) {
    yield rowOf(log, "groups", name)
    for (const { partition } of partitions) yield rowOf(log, "partitions", partitionKey(name, partition))
  }
  for (const key of log.processes.keys()) yield rowOf(log, "processes", key)
}

/** The row of the log as a whole. */
export function logRow(log: LogState): LogRow {
  const { partitions, trimmedTo, recorded, tokens, schedulesMade } = log
  return {
    format: ROWS_FORMAT,
    partitions,
    head: headOf(log),
    trimmedTo,
    recordedAt: recorded.at,
    tokens,
    schedulesMade,
  }
}

function groupRow(group: GroupState): GroupRow {
  const { partitions: _, types, marks, ...facts } = group
  return { ...facts, types: [...types], marks: [...marks] }
}

function partitionRow(group: string, { rows, lanes, repeats, ...facts }: PartitionState): PartitionRow {
  return {
    ...facts,
    group,
    rows: [...rows],
    lanes: [...lanes.values()],
    repeats: [...repeats].map(([lease, settled]) => [lease, asText(settled)]),
  }
}

function asText(settled: Settled): Settled {
  return settled.kind === "fenced" ? settled : { ...settled, parts: settled.parts.map(partAsText) }
}

function partAsText(part: PartVerdict): PartVerdict {
  if (part.kind !== "work-failed") return part
  return { kind: "work-failed", error: part.error instanceof Error ? part.error.message : String(part.error) }
}
