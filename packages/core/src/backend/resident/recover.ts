import { BackendError } from "../errors.ts"
import type { PartVerdict, Settled } from "../settle.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { copyOf, placeSchedule } from "./insert-schedule.ts"
import { emptyLog, headOf, leaveEmpty, type LogFacts, type LogState } from "./log-state.ts"
import { ownLanes } from "./own-lanes.ts"
import { ROWS_FORMAT } from "./row-of.ts"
import type { GroupRow, PartitionRow, RowChange, Rows, Table } from "./rows.ts"
import { placeDocument, placeMessage, streamOf } from "./store-append.ts"
import { storedCopy } from "./stored-copy.ts"
import { forgetTouched, partitionKey, type Touched } from "./touched.ts"

type Tables = { readonly [T in Table]: Map<string, Rows[T]> }

/** The log that was kept: of each row what was told last counts. Throws `corrupt` and `newer-format`. */
export function recoverLog(changes: Iterable<RowChange>, facts: LogFacts, touched: Touched | undefined): LogState {
  const tables = tablesOf(changes)
  const row = tables.log.get("log")
  if (row === undefined) throw new BackendError("corrupt", `nothing tells of the log ${facts.name}: restore a copy`)
  if (row.format > ROWS_FORMAT)
    throw new BackendError("newer-format", `the log ${facts.name} is of a later release: update Millrace here`)
  const log = emptyLog(row.partitions, facts, touched)
  log.kept = row
  log.trimmedTo = row.trimmedTo
  log.tokens = row.tokens
  log.schedulesMade = row.schedulesMade
  log.recorded = { at: row.recordedAt, text: new Date(row.recordedAt).toISOString() }
  for (const [streamId, stream] of tables.streams) Object.assign(streamOf(log, streamId), stream)
  placeMessages(log, tables, row.head)
  for (const [key, use] of tables.keys) log.keys.set(key, use)
  for (const document of tables.documents.values()) placeDocument(log, document)
  for (const { message, at, number } of tables.schedules.values())
    placeSchedule(log, { message: copyOf(message), at, number })
  for (const group of tables.groups.values())
    log.groups.set(group.name, groupOf(group, tables.partitions, row.partitions))
  for (const [name, process] of tables.processes) log.processes.set(name, process)
  forgetTouched(log)
  return log
}

/** The rows of a log without anything in it. */
export function firstRows(partitions: number): readonly RowChange[] {
  const row = { format: ROWS_FORMAT, partitions, head: 0, trimmedTo: 0, recordedAt: 0, tokens: 0, schedulesMade: 0 }
  return [["log", "log", row]]
}

function tablesOf(changes: Iterable<RowChange>): Tables {
  const tables: Tables = {
    log: new Map(),
    messages: new Map(),
    streams: new Map(),
    keys: new Map(),
    documents: new Map(),
    schedules: new Map(),
    groups: new Map(),
    partitions: new Map(),
    processes: new Map(),
  }
  for (const [table, key, row] of changes) put(tables, table, key, row)
  return tables
}

function put<T extends Table>(tables: Tables, table: T, key: string, row: Rows[T] | null): void {
  if (row === null) tables[table].delete(key)
  else tables[table].set(key, row)
}

/** Rows come in any order, and trims leave places empty. */
function placeMessages(log: LogState, { messages }: Tables, head: number): void {
  for (const message of [...messages.values()].sort((a, b) => a.position - b.position)) {
    leaveEmpty(log, message.position - 1)
    placeMessage(log, storedCopy(message, { ...message, version: message.version }))
  }
  if (headOf(log) > head) throw new BackendError("corrupt", `${log.name} holds messages above its head: restore a copy`)
  leaveEmpty(log, head)
}

function groupOf({ types, marks, ...facts }: GroupRow, rows: Tables["partitions"], ofLog: number): GroupState {
  const partitions = Array.from({ length: facts.order === "stream" ? ofLog : 1 }, (_, partition) => {
    const row = rows.get(partitionKey(facts.name, partition))
    if (row === undefined)
      throw new BackendError("corrupt", `partition ${partition} of group ${facts.name} is missing: restore a copy`)
    return partitionOf(row)
  })
  return { ...facts, types: new Map(types), marks: new Set(marks), partitions }
}

function partitionOf(row: PartitionRow): PartitionState {
  const { group: _, rows, lanes, repeats, ...facts } = row
  return {
    ...facts,
    rows: new Map(rows),
    lanes: ownLanes(lanes),
    repeats: new Map(repeats.map(([lease, settled]) => [lease, withErrors(settled)])),
  }
}

function withErrors(settled: Settled): Settled {
  return settled.kind === "fenced" ? settled : { ...settled, parts: settled.parts.map(withError) }
}

function withError(part: PartVerdict): PartVerdict {
  return part.kind === "work-failed" ? { kind: "work-failed", error: new Error(String(part.error)) } : part
}
