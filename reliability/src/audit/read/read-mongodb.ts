import * as Schema from "effect/Schema"
import { type Document, MongoClient } from "mongodb"

import type { Evidence, LoggedMessage, StoredGroup } from "../evidence.ts"
import { projectionsOf } from "./rows.ts"

const Commits = Schema.Array(
  Schema.Struct({
    _id: Schema.Int,
    n: Schema.Int,
    at: Schema.Number,
    // Absent where retention has taken all of them.
    messages: Schema.optionalKey(
      Schema.Array(
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
    ),
  }),
)
const Documents = Schema.Array(
  Schema.Struct({ _id: Schema.String, id: Schema.String, value: Schema.fromJsonString(Schema.Unknown) }),
)
const Lease = Schema.Struct({ owner: Schema.NullOr(Schema.Struct({ processName: Schema.String })) })
const Groups = Schema.Array(
  Schema.Struct({
    name: Schema.String,
    order: Schema.Literals(["stream", "key", "log"]),
    stopped: Schema.NullOr(Schema.Unknown),
    start: Schema.Int,
    types: Schema.Array(Schema.Struct({ type: Schema.String, since: Schema.Int })),
    partitions: Schema.Array(
      Schema.Struct({
        checkpoint: Schema.Int,
        lease: Lease,
        lanes: Schema.Array(
          Schema.Struct({
            key: Schema.String,
            at: Schema.Struct({
              status: Schema.Literals(["retrying", "parked"]),
              next: Schema.Int,
              error: Schema.NullOr(Schema.String),
            }),
            lease: Lease,
          }),
        ),
      }),
    ),
  }),
)
const Logs = Schema.Array(Schema.Struct({ partitions: Schema.Int }))
const Keys = Schema.Array(Schema.Struct({ _id: Schema.String, times: Schema.Int }))

/** Reads the collections of a log with the driver alone. */
export async function readMongodb(url: string): Promise<Evidence> {
  const client = new MongoClient(url)
  try {
    const db = client.db()
    const all = async <T>(schema: Schema.Codec<T, unknown>, name: string, filter: Document = {}): Promise<T> =>
      Schema.decodeUnknownSync(schema)(
        await db
          .collection<Document>(`millrace_${name}`)
          .find(filter, { sort: { _id: 1 } })
          .toArray(),
      )
    const commits = await all(Commits, "commits", { _id: { $gte: 0 } })
    const logs = await all(Logs, "log", { partitions: { $exists: true } })
    const twice = Schema.decodeUnknownSync(Keys)(
      await db
        .collection("millrace_commits")
        .aggregate([
          { $unwind: "$keys" },
          { $group: { _id: "$keys", times: { $sum: 1 } } },
          { $match: { times: { $gt: 1 } } },
        ])
        .toArray(),
    )
    const documents = await all(Documents, "documents", { revision: { $gt: 0 } })
    const open = await db.collection("millrace_commits").countDocuments({ open: 1 })
    const last = commits.at(-1)
    return {
      messages: commits.flatMap(messagesOf),
      head: last === undefined ? 0 : last._id + last.n - 1,
      partitions: logs[0]?.partitions ?? 0,
      schedules: await db.collection("millrace_schedules").countDocuments({ waits: 1 }),
      projections: projectionsOf(documents.map((one) => ({ ...one, collection: collectionOf(one._id) }))),
      groups: (await all(Groups, "groups")).map(groupOf),
      torn: [
        ...(open === 0 ? [] : [`${open} commits are not carried over`]),
        ...twice.map(({ _id, times }) => `the key ${_id} is there ${times} times`),
        ...commits.flatMap(({ _id, n, messages }) =>
          messages === undefined || messages.length === n
            ? []
            : [`the commit at ${_id} takes ${n} positions and has ${messages.length} messages`],
        ),
      ],
    }
  } finally {
    await client.close()
  }
}

/** Keyed documents of a collection begin with its name, and its length before it: `14:projection:abc:id`. */
function collectionOf(documentId: string): string {
  const at = documentId.indexOf(":") + 1
  return documentId.slice(at, at + Number.parseInt(documentId, 10))
}

function messagesOf({ _id: first, at, messages = [] }: (typeof Commits.Type)[number]): readonly LoggedMessage[] {
  return messages.flatMap((message, index) => {
    if (message === null) return []
    const { stream, version, causation, ...rest } = message
    return {
      ...rest,
      position: first + index,
      streamId: stream,
      version: rest.kind === "event" ? version : undefined,
      causationId: causation ?? rest.id,
      recordedAt: at,
      partition: undefined,
    }
  })
}

function groupOf({ name, order, stopped, start, types, partitions }: (typeof Groups.Type)[number]): StoredGroup {
  return {
    name,
    order,
    start,
    active: stopped === null,
    stopped: stopped === null ? undefined : JSON.stringify(stopped),
    types: new Map(types.map(({ type, since }) => [type, since])),
    partitions: partitions.map(({ checkpoint, lease }, partition) => ({
      partition,
      checkpoint,
      holder: lease.owner?.processName,
    })),
    lanes: partitions.flatMap(({ lanes }, partition) =>
      lanes.map(({ key, at, lease }) => ({
        key,
        partition,
        next: at.next,
        parked: at.status === "parked",
        holder: lease.owner?.processName,
        error: at.error ?? undefined,
      })),
    ),
  }
}
