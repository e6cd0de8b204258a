import * as Schema from "effect/Schema"
import { Redis } from "ioredis"

import type { LogEvidence, LoggedMessage } from "./evidence.ts"

/** An entry of a partition's stream. Commands have no version. `body` holds what nothing in the server decides by. */
const Entry = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  stream: Schema.String,
  version: Schema.String,
  body: Schema.fromJsonString(
    Schema.Struct({ payload: Schema.Unknown, causationId: Schema.optionalKey(Schema.String) }),
  ),
})
const Document = Schema.fromJsonString(Schema.Struct({ state: Schema.Unknown }))

const PAGE = 1_000

/** Reads the keys of a log with plain Redis commands: nothing of Millrace has a part in it. */
export async function redisEvidence(url: string): Promise<LogEvidence> {
  const { searchParams } = new URL(url)
  const redis = new Redis(url.replace(/\?.*$/, ""))
  const key = (name: string): string => `{${searchParams.get("prefix") ?? "millrace"}}:${name}`
  try {
    const streams = await keysLike(redis, key("p:*"))
    const partitions = await Promise.all(streams.map((stream) => readPartition(redis, stream)))
    const totals = await redis.hgetall(key("d:projection:airport_totals"))
    const lanes = await Promise.all((await keysLike(redis, key("g:*:l*"))).map((lane) => redis.hlen(lane)))
    return {
      source: "read from the server with plain Redis commands",
      messages: partitions.flat().sort((a, b) => a.position - b.position),
      totals: new Map(Object.entries(totals).map(([id, stored]) => [id, stateIn(stored)])),
      schedules: await redis.zcard(key("due")),
      lanes: lanes.reduce((sum, count) => sum + count, 0),
    }
  } finally {
    redis.disconnect()
  }
}

async function keysLike(redis: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>()
  let cursor = "0"
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", pattern, "COUNT", PAGE)
    for (const one of found) keys.add(one)
    cursor = next
  } while (cursor !== "0")
  return [...keys]
}

/** All entries of a stream. Their ids are `<position>-0`. */
async function readPartition(redis: Redis, stream: string): Promise<readonly LoggedMessage[]> {
  const messages: LoggedMessage[] = []
  for (let from = "-"; ;) {
    const entries = await redis.xrange(stream, from, "+", "COUNT", PAGE)
    messages.push(...entries.map(([id, fields]) => messageOf(id, fields)))
    const last = entries.at(-1)
    if (last === undefined || entries.length < PAGE) return messages
    from = `(${last[0]}`
  }
}

function messageOf(position: string, fields: readonly string[]): LoggedMessage {
  const named = Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])))
  const { id, type, stream, version, body } = Schema.decodeUnknownSync(Entry)(named)
  return {
    position: Number.parseInt(position, 10),
    id,
    kind: version === "" ? "command" : "event",
    type,
    streamId: stream,
    version: version === "" ? undefined : Number(version),
    causationId: body.causationId ?? id,
    payload: body.payload,
  }
}

/** A document is stored as its revision, a space, and its value. */
function stateIn(stored: string): unknown {
  return Schema.decodeUnknownSync(Document)(stored.slice(stored.indexOf(" ") + 1)).state
}
