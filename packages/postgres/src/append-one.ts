import {
  type Append,
  checkAppend,
  type Message,
  type MessageJson,
  partitionOf,
  toSortable,
  type Verdict,
} from "@millrace/core/backend"

import type { Turn } from "./append-turns.ts"
import type { Row, Value } from "./database.ts"
import { isWrongIsolation } from "./errors.ts"
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
  lone: LoneAppend,
  own: Pick<Turn, "told"> | undefined,
): Promise<readonly Verdict[] | undefined> {
  const { append, stream } = lone
  const written: MessageJson[] = []
  const fault = checkAppend(append, log.holds, written)
  if (fault !== undefined) return [fault]
  const row = await send(log, lone, valuesOf(log, lone, written[0]), own)
  if (row === undefined || !bool(row[0])) return undefined
  const position = int(row[1])
  const { streamId } = stream
  return [{ kind: "appended", firstPosition: position, position, streams: [{ streamId, version: int(row[2]) }] }]
}

/**
 * Where nobody was told of anything just now, on the line and with the wake-up right behind it: one that waited for the answer would leave a round trip later, and
 * a process at rest has nothing else to wait for. Else by any connection; the wake-up goes with the next.
 */
async function send(
  log: Log,
  lone: LoneAppend,
  values: readonly Value[],
  own: Pick<Turn, "told"> | undefined,
): Promise<Row | undefined> {
  const { database, line, news } = log
  const tell = own !== undefined && line.open ? news.behind() : undefined
  if (own === undefined || tell === undefined) return (await database.write.rows(appendOneStatement, ...values))[0]
  const answer = database.line.rows(appendOneStatement, ...values)
  const stored = tell(lone.message.type)
  try {
    const [row] = await answer
    if (row !== undefined && bool(row[0])) own.told = stored
    return row
  } catch (error) {
    if (!isWrongIsolation(error)) throw error
    line.open = false
    return (await database.write.rows(appendOneStatement, ...values))[0]
  }
}

function valuesOf(log: Log, { stream, message }: LoneAppend, json: MessageJson | undefined): readonly Value[] {
  const { streamId } = stream
  const [low, high] = versionsMet(stream.expected)
  const { kind, causation, correlation, metadata, payload } = encodeMessage(message, json)
  return [
    clockOf(log),
    log.settings.lockTimeoutMs,
    toSortable(streamId),
    partitionOf(streamId, log.partitions),
    low,
    high,
    message.id,
    kind,
    message.type,
    message.createdAt,
    causation,
    correlation,
    metadata,
    payload,
  ]
}

/** The lowest and the highest version that meet an expectation. */
function versionsMet(expected: Append["streams"][number]["expected"]): readonly [low: number, high: number] {
  if (expected === "any") return [0, NO_LIMIT]
  if (expected === "stream-exists") return [1, NO_LIMIT]
  return expected === "no-stream" ? [0, 0] : [expected, expected]
}
