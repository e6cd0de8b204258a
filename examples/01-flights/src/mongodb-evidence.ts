import * as Schema from "effect/Schema"
import { type Document, MongoClient } from "mongodb"

import type { LogEvidence, LoggedMessage } from "./evidence.ts"

/**
 * One document for each group of appends: its `_id` is the position of its first message. What a message leaves out is its own id; `null` stands
 * where one was removed.
 */
const Commits = Schema.Array(
  Schema.Struct({
    _id: Schema.Int,
    messages: Schema.Array(
      Schema.NullOr(
        Schema.Struct({
          id: Schema.String,
          kind: Schema.Literals(["command", "event"]),
          type: Schema.String,
          stream: Schema.String,
          version: Schema.Int,
          causation: Schema.optional(Schema.String),
          payload: Schema.fromJsonString(Schema.Unknown),
        }),
      ),
    ),
  }),
)
const Documents = Schema.Array(
  Schema.Struct({ id: Schema.String, value: Schema.fromJsonString(Schema.Struct({ state: Schema.Unknown })) }),
)
const Groups = Schema.Array(
  Schema.Struct({ partitions: Schema.Array(Schema.Struct({ lanes: Schema.Array(Schema.Unknown) })) }),
)

/** Keyed documents of a collection begin with its name, and its length before it. */
const TOTALS = "projection:airport_totals"
const OF_TOTALS = new RegExp(`^${TOTALS.length}:${TOTALS}:`)

/** Reads the collections of a log with the driver alone: nothing of Millrace has a part in it. */
export async function mongodbEvidence(url: string): Promise<LogEvidence> {
  const [plainUrl, prefix] = prefixIn(url)
  const client = new MongoClient(plainUrl)
  try {
    const all = (name: string, filter: Document, fields: readonly string[]): Promise<Document[]> =>
      client
        .db()
        .collection<Document>(`${prefix}${name}`)
        .find(filter, { projection: Object.fromEntries(fields.map((field) => [field, 1])), sort: { _id: 1 } })
        .toArray()
    const inLog = { _id: { $gte: 0 } }
    const commits = Schema.decodeUnknownSync(Commits)(await all("commits", inLog, ["messages"]))
    const documents = Schema.decodeUnknownSync(Documents)(
      await all("documents", { _id: OF_TOTALS, revision: { $gt: 0 } }, ["id", "value"]),
    )
    const groups = Schema.decodeUnknownSync(Groups)(await all("groups", {}, ["partitions.lanes"]))
    return {
      source: "read from the server with the driver alone",
      messages: commits.flatMap(messagesOf),
      totals: new Map(documents.map(({ id, value }) => [id, value.state])),
      schedules: (await all("schedules", { waits: 1 }, ["_id"])).length,
      lanes: groups.flatMap(({ partitions }) => partitions.flatMap(({ lanes }) => lanes)).length,
    }
  } finally {
    await client.close()
  }
}

function messagesOf({ _id: first, messages }: (typeof Commits.Type)[number]): readonly LoggedMessage[] {
  return messages.flatMap((message, index) => {
    if (message === null) return []
    const { stream, version, causation, ...rest } = message
    return {
      ...rest,
      position: first + index,
      streamId: stream,
      version: rest.kind === "event" ? version : undefined,
      causationId: causation ?? rest.id,
    }
  })
}

/** The URL as the driver takes it, and how the log's collections begin: `?prefix=`. */
function prefixIn(url: string): readonly [string, string] {
  const [, prefix] = /[?&]prefix=([^&]*)/.exec(url) ?? []
  return [url.replace(/([?&])prefix=[^&]*&?/, "$1"), prefix ?? "millrace_"]
}
