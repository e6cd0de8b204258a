import { type Append, checkAppend, type Message, partitionOf, toSortable, type Verdict } from "@millrace/core/backend"

import { clockOf, type Log } from "./log.ts"
import { encodeMessage } from "./message-row.ts"
import { NO_LIMIT } from "./plan-appends.ts"
import { bool, int } from "./row.ts"
import { appendOne as appendOneStatement } from "./sql/append-one.ts"

/** An append that is one message for one stream and nothing else. */
export interface LoneAppend {
  readonly append: Append
  readonly stream: Append["streams"][number]
  readonly message: Message
}

/** The only append of a call, where it is one message and nothing else. */
export function loneOf(appends: readonly Append[]): LoneAppend | undefined {
  const [append] = appends
  if (append === undefined || appends.length > 1 || append.streams.length !== 1) return undefined
  const { schedules, documents, idempotencyKey } = append
  if (schedules !== undefined || documents !== undefined || idempotencyKey !== undefined) return undefined
  const [stream] = append.streams
  const [message] = stream?.messages ?? []
  if (stream === undefined || message === undefined || stream.messages.length > 1) return undefined
  return { append, stream, message }
}

/** Stores a lone message by the statement made for it; `undefined` when it has to be judged by what the log holds. Throws a unique violation for an id that is known. */
export async function appendLone(
  log: Log,
  { append, stream, message }: LoneAppend,
): Promise<readonly Verdict[] | undefined> {
  const fault = checkAppend(append, log.holds)
  if (fault !== undefined) return [fault]
  const { streamId } = stream
  const [low, high] = versionsMet(stream.expected)
  const { kind, causation, correlation, metadata, payload } = encodeMessage(message)
  const { id, type, createdAt } = message
  const [row] = await log.database.write.rows(
    appendOneStatement,
    clockOf(log),
    log.settings.lockTimeoutMs,
    toSortable(streamId),
    partitionOf(streamId, log.partitions),
    low,
    high,
    id,
    kind,
    type,
    createdAt,
    causation,
    correlation,
    metadata,
    payload,
  )
  if (row === undefined || !bool(row[0])) return undefined
  const position = int(row[1])
  return [{ kind: "appended", firstPosition: position, position, streams: [{ streamId, version: int(row[2]) }] }]
}

/** The lowest and the highest version that meet an expectation. */
function versionsMet(expected: Append["streams"][number]["expected"]): readonly [low: number, high: number] {
  if (expected === "any") return [0, NO_LIMIT]
  if (expected === "stream-exists") return [1, NO_LIMIT]
  return expected === "no-stream" ? [0, 0] : [expected, expected]
}
