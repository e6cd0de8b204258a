import type { MessageId, Position, StreamId, Version } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import { BackendError } from "../errors.ts"
import { type GroupRecord, type LogRecord, MAX_RECORDS } from "../transfer.ts"
import { checkName } from "./check-arguments.ts"

/** What the log knows that bears on what may be restored into it. */
export interface Restoring {
  readonly head: Position
  readonly trimmedTo: Position
  readonly partitions: number
  version(streamId: StreamId): Version
  knows(id: MessageId): boolean
}

/** Throws `invalid` unless these records may be restored, one after another, before anything of them is written. */
export function checkRecords(records: readonly LogRecord[], log: Restoring): void {
  if (records.length > MAX_RECORDS)
    throw refused(`${records.length} records in one call: at most ${MAX_RECORDS}, restore them in several`)
  const versions = new Map<StreamId, Version>()
  const ids = new Set<MessageId>()
  let { head, trimmedTo } = log
  for (const record of records) {
    if (record.kind === "trimmed") {
      if (head > 0 && (head !== trimmedTo || head !== record.upto))
        throw refused(`the log holds messages, so it can not begin above ${record.upto}: restore into an empty log`)
      head = record.upto
      trimmedTo = record.upto
    } else if (record.kind === "stream") {
      if (head > trimmedTo) throw refused(`stream ${record.streamId} comes behind messages: restore streams first`)
      versions.set(record.streamId, record.version)
    } else if (record.kind === "gap") {
      if (record.upto <= head)
        throw refused(`a gap up to ${record.upto}, and the log ends at ${head}: restore in order`)
      head = record.upto
    } else if (record.kind === "message") {
      const { id, streamId } = record.message
      const version = versions.get(streamId) ?? log.version(streamId)
      checkNext(record.message, { head, version, known: ids.has(id) || log.knows(id) })
      if (record.message.kind === "event") versions.set(streamId, version + 1)
      ids.add(id)
      head += 1
    } else if (record.kind === "group") {
      checkGroup(record, log.partitions)
    }
  }
}

function checkNext(
  { id, kind, position, version, streamId }: StoredMessage,
  before: { readonly head: Position; readonly version: Version; readonly known: boolean },
): void {
  if (position !== before.head + 1)
    throw refused(`message ${id} has position ${position} and the log ends at ${before.head}: restore them in order`)
  if (kind === "event" && version !== before.version + 1)
    throw refused(`event ${id} has version ${version} and ${streamId} is at ${before.version}: one is missing or twice`)
  if (before.known) throw refused(`message ${id} is in the log already: restore each once`)
}

function checkGroup({ group, order, partitions }: GroupRecord, of: number): void {
  checkName("group", group)
  const wanted = order === "stream" ? of : 1
  if (partitions.length !== wanted)
    throw refused(
      `group ${group} has ${partitions.length} partitions and the log gives it ${wanted}: make the log with as many as the other has`,
    )
}

function refused(why: string): BackendError {
  return new BackendError("invalid", why)
}
