import * as Schema from "effect/Schema"
import { Redis } from "ioredis"

import type { Evidence, LoggedMessage, StoredGroup, StoredLane, StoredPartition } from "../evidence.ts"
import { stateIn } from "./rows.ts"

/** An entry of a partition's stream. Commands have no version. `body` holds what nothing in the server decides by. */
const Entry = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  stream: Schema.String,
  version: Schema.String,
  at: Schema.String,
  body: Schema.fromJsonString(
    Schema.Struct({ payload: Schema.Unknown, causationId: Schema.optionalKey(Schema.String) }),
  ),
})
const Lane = Schema.fromJsonString(
  Schema.Struct({
    at: Schema.Struct({
      status: Schema.Literals(["retrying", "parked"]),
      next: Schema.Int,
      error: Schema.NullOr(Schema.String),
    }),
    lease: Schema.Struct({ owner: Schema.NullOr(Schema.Struct({ processName: Schema.String })) }),
  }),
)
const Types = Schema.fromJsonString(Schema.Array(Schema.Tuple([Schema.String, Schema.Int])))
const Order = Schema.Literals(["stream", "key", "log"])
const Json = Schema.fromJsonString(Schema.Unknown)

const PAGE = 1_000
const PREFIX = "{millrace}:"
/** A position in a packed index. */
const INDEX_BYTES = 6

/** Reads the keys of a log with plain Redis commands. */
export async function readRedis(url: string): Promise<Evidence> {
  const redis = new Redis(url)
  try {
    const log = await redis.hgetall(`${PREFIX}log`)
    const streams = await keysLike(redis, "p:*")
    const messages = (await Promise.all(streams.map((stream) => readPartition(redis, stream)))).flat()
    messages.sort((a, b) => a.position - b.position)
    const groups = await redis.hgetall(`${PREFIX}groups`)
    const schedules = await redis.zcard(`${PREFIX}due`)
    return {
      messages,
      head: Number(log["head"]),
      partitions: Number(log["partitions"]),
      schedules,
      projections: await readProjections(redis),
      groups: await Promise.all(Object.values(groups).map((number) => readGroup(redis, number))),
      torn: await tornIn(redis, messages, schedules),
    }
  } finally {
    redis.disconnect()
  }
}

async function keysLike(redis: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>()
  let cursor = "0"
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${PREFIX}${pattern}`, "COUNT", PAGE)
    for (const one of found) keys.add(one)
    cursor = next
  } while (cursor !== "0")
  return [...keys]
}

/** All entries of a stream. Their ids are `<position>-0`. */
async function readPartition(redis: Redis, stream: string): Promise<readonly LoggedMessage[]> {
  const messages: LoggedMessage[] = []
  const partition = Number(stream.slice(`${PREFIX}p:`.length))
  for (let from = "-"; ;) {
    const entries = await redis.xrange(stream, from, "+", "COUNT", PAGE)
    messages.push(...entries.map(([id, fields]) => messageOf(id, fields, partition)))
    const last = entries.at(-1)
    if (last === undefined || entries.length < PAGE) return messages
    from = `(${last[0]}`
  }
}

function messageOf(name: string, fields: readonly string[], partition: number): LoggedMessage {
  const named = Object.fromEntries(fields.flatMap((field, at) => (at % 2 === 0 ? [[field, fields[at + 1]]] : [])))
  const { id, type, stream, version, at, body } = Schema.decodeUnknownSync(Entry)(named)
  return {
    position: Number.parseInt(name, 10),
    id,
    kind: version === "" ? "command" : "event",
    type,
    streamId: stream,
    version: version === "" ? undefined : Number(version),
    causationId: body.causationId ?? id,
    recordedAt: Number(at),
    partition,
    payload: body.payload,
  }
}

/** A document is stored as its revision, a space, and its value. */
async function readProjections(redis: Redis): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
  const of = `${PREFIX}d:projection:`
  const projections = new Map<string, ReadonlyMap<string, unknown>>()
  for (const key of await keysLike(redis, "d:projection:*")) {
    const stored = Object.entries(await redis.hgetall(key))
    const states = stored.map(([id, text]): [string, unknown] => [
      id,
      stateIn(Schema.decodeUnknownSync(Json)(text.slice(text.indexOf(" ") + 1))),
    ])
    projections.set(key.slice(of.length), new Map(states))
  }
  return projections
}

async function readGroup(redis: Redis, number: string): Promise<StoredGroup> {
  const group = await redis.hgetall(`${PREFIX}g:${number}`)
  const stopped = group["stopped"] ?? ""
  const partitions = await keysLike(redis, `g:${number}:p*`)
  const lanes = await keysLike(redis, `g:${number}:l*`)
  return {
    name: group["name"] ?? "",
    order: Schema.decodeUnknownSync(Order)(group["order"]),
    start: Number(group["start"]),
    active: stopped === "",
    stopped: stopped === "" ? undefined : stopped,
    types: new Map(Schema.decodeUnknownSync(Types)(group["types"] ?? "[]")),
    partitions: await Promise.all(partitions.map((key) => readProgress(redis, key))),
    lanes: (await Promise.all(lanes.map((key) => readLanes(redis, key)))).flat(),
  }
}

/** The number at the end of a key such as `{millrace}:g:7:p3`. */
function numberOf(key: string): number {
  return Number(/\d+$/.exec(key)?.[0])
}

async function readProgress(redis: Redis, key: string): Promise<StoredPartition> {
  const { checkpoint = "0", owner = "" } = await redis.hgetall(key)
  return { partition: numberOf(key), checkpoint: Number(checkpoint), holder: owner === "" ? undefined : owner }
}

async function readLanes(redis: Redis, key: string): Promise<readonly StoredLane[]> {
  return Object.entries(await redis.hgetall(key)).map(([lane, text]) => {
    const { at, lease } = Schema.decodeUnknownSync(Lane)(text)
    return {
      key: lane,
      partition: numberOf(key),
      next: at.next,
      parked: at.status === "parked",
      holder: lease.owner?.processName,
      error: at.error ?? undefined,
    }
  })
}

/** Each message stands in several indexes: they have to hold as many. */
async function tornIn(redis: Redis, messages: readonly LoggedMessage[], schedules: number): Promise<readonly string[]> {
  const torn: string[] = []
  const told = async (what: string, found: number, wanted: number): Promise<void> => {
    if (found !== wanted) torn.push(`${what}: ${found}, and the messages say ${wanted}`)
  }
  await told("entries of ids", await redis.hlen(`${PREFIX}ids`), messages.length + schedules)
  await told("the count of messages", Number(await redis.hget(`${PREFIX}log`, "messages")), messages.length)
  for (const [type, found] of Map.groupBy(messages, (message) => message.type)) {
    await told(`the index of ${type}`, (await redis.strlen(`${PREFIX}t:${type}`)) / INDEX_BYTES, found.length)
    await told(`the head of ${type}`, Number(await redis.hget(`${PREFIX}heads`, type)), found.at(-1)?.position ?? 0)
  }
  for (const [stream, found] of Map.groupBy(messages, ({ streamId }) => streamId))
    await told(
      `the index of stream ${stream}`,
      (await redis.strlen(`${PREFIX}s:${stream}`)) / (2 * INDEX_BYTES),
      found.length,
    )
  return torn
}
