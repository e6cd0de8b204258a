import { type Collection, MongoClient } from "mongodb"

import { mongodbBackend } from "../../../../packages/mongodb/src/index.ts"
import { timedId } from "../../harness/timed-id.ts"

/** A message as the twin is given it. */
export interface BareMessage {
  readonly type: string
  readonly stream: string
  readonly payload: object
}

/** A message in a commit. */
export interface StoredMessage {
  readonly id: string
  readonly kind: "event"
  readonly type: string
  readonly stream: string
  readonly version: number
  readonly payload: string
  readonly created: string
}

/** A group of appends as Millrace stores it. */
export interface Commit {
  readonly _id: number
  readonly n: number
  readonly at: number
  readonly by: string
  readonly messages: readonly StoredMessage[]
  readonly keys: readonly string[]
  readonly types: readonly string[]
}

/** A log in the documents and under the indexes that Millrace makes, written by one insert a group and nothing else. */
export interface BareLog {
  readonly commits: Collection<Commit>
  readonly checkpoints: Collection<Checkpoint>
  /** Stores messages behind their streams' last versions, in one document, for a majority. */
  append(messages: readonly BareMessage[]): Promise<void>
  close(): Promise<void>
}

export interface Checkpoint {
  readonly _id: string
  readonly position: number
}

/** The commits: beside them lie documents whose `_id` is a text. */
export const inChain = { _id: { $gte: 1 } }

/** Versions are remembered, for nobody else writes: what a store that has to look would pay more. */
export async function openLog(url: string): Promise<BareLog> {
  const backend = mongodbBackend(url)
  await backend.migrate()
  await backend.close()
  const { commits, checkpoints, close } = openClient(url)
  const versions = new Map<string, number>()
  let head = 0
  return {
    commits,
    checkpoints,
    async append(given) {
      const at = Date.now()
      const created = new Date(at).toISOString()
      const messages = given.map(({ type, stream, payload }): StoredMessage => {
        const version = (versions.get(stream) ?? 0) + 1
        versions.set(stream, version)
        return { id: timedId(at), kind: "event", type, stream, version, payload: JSON.stringify(payload), created }
      })
      const first = head + 1
      head += messages.length
      await commits.insertOne({
        _id: first,
        n: messages.length,
        at,
        by: timedId(at),
        messages,
        keys: messages.flatMap(({ id, stream, version }) => [versionKey(stream, version), `i:${id}`]),
        types: [...new Set(messages.map(({ type }) => type))],
      })
    },
    close,
  }
}

/** A connection of its own to a log that is there. */
export function openClient(url: string): Omit<BareLog, "append"> {
  const client = new MongoClient(url)
  const db = client.db(undefined, { writeConcern: { w: "majority" } })
  return {
    commits: db.collection<Commit>("millrace_commits"),
    checkpoints: db.collection<Checkpoint>("checkpoints"),
    close: () => client.close(),
  }
}

/** Sorts by version within the stream. */
function versionKey(stream: string, version: number): string {
  return `s:${stream}@${String(version).padStart(12, "0")}`
}
