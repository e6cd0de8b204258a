import type { MessageId, Position, StreamId, Version } from "@millrace/core/backend"

import type { CommitDocument, KeyUse } from "./commit-document.ts"
import { BY_KEY, type Database } from "./database.ts"
import { idKey, onceKey, scheduleKey, versionKey } from "./keys.ts"
import { nameKey } from "./name-key.ts"

/** What a look by keys found. */
export interface Found {
  /** Message ids and where they are; 0 while the message waits in a schedule. */
  readonly ids: ReadonlyMap<MessageId, Position>
  /** The commits that hold those messages. */
  readonly commits: ReadonlySet<number>
  readonly uses: ReadonlyMap<string, KeyUse>
  /** Keys that are taken, of those asked for as they are. */
  readonly ended: ReadonlySet<string>
}

const FIELDS = { keys: 1, "messages.id": 1, uses: 1, scheduled: 1 } as const

/** Whatever of these is in the log already. */
export async function lookUp(
  database: Database,
  asked: {
    readonly ids: readonly MessageId[]
    readonly once: readonly string[]
    /** Keys of leases and schedules. */
    readonly ends: readonly string[]
  },
): Promise<Found> {
  const keys = [...asked.ids.map(idKey), ...asked.once.map(onceKey), ...asked.ends]
  const commits = await withKeys(database, keys)
  const ids = new Map<MessageId, Position>()
  const uses = new Map<string, KeyUse>()
  const ended = new Set<string>()
  const holding = new Set<number>()
  const wanted = new Set(asked.ids)
  const scheduled: { readonly id: string; readonly number: number }[] = []
  for (const commit of commits) {
    if (typeof commit._id === "number") {
      const first = commit._id
      commit.messages?.forEach((message, index) => {
        if (message === null || !wanted.has(message.id)) return
        ids.set(message.id, first + index)
        holding.add(first)
      })
    }
    for (const use of commit.uses ?? []) uses.set(use.key, use)
    for (const one of commit.scheduled ?? []) if (wanted.has(one.id)) scheduled.push(one)
    for (const key of asked.ends) if (commit.keys.includes(key)) ended.add(key)
  }
  if (scheduled.length > 0) await findScheduled(database, scheduled, { ids, holding })
  return { ids, commits: holding, uses, ended }
}

async function withKeys(database: Database, keys: readonly string[]): Promise<readonly CommitDocument[]> {
  if (keys.length === 0) return []
  return database.read(() =>
    database.commits.find({ keys: { $in: [...keys] } }, { projection: FIELDS, hint: BY_KEY }).toArray(),
  )
}

/** A scheduled message waits, or was fired (and is somewhere in the chain), or was cancelled (then its id is free). */
async function findScheduled(
  database: Database,
  scheduled: readonly { readonly id: string; readonly number: number }[],
  { ids, holding }: { readonly ids: Map<MessageId, Position>; readonly holding: Set<number> },
): Promise<void> {
  const numbers = scheduled.map(({ number }) => number)
  const rows = await database.read(() => database.schedules.find({ _id: { $in: numbers } }).toArray())
  const moves = new Map(rows.map((row) => [row._id, row.moves]))
  const ends = await withKeys(
    database,
    scheduled.map(({ number }) => scheduleKey(number, moves.get(number) ?? 0)),
  )
  for (const { id, number } of scheduled) {
    const key = scheduleKey(number, moves.get(number) ?? 0)
    const end = ends.find((commit) => commit.keys.includes(key))
    const index = end?.messages?.findIndex((message) => message?.id === id) ?? -1
    if (end === undefined) ids.set(id, 0)
    else if (index >= 0 && typeof end._id === "number") {
      ids.set(id, end._id + index)
      holding.add(end._id)
    }
  }
}

/** How far ahead the first look for a stream's version goes: it doubles its stride each time. */
const STRIDES = 24

/** How many versions a closer look asks for at once. */
const CLOSER = 32

/**
 * The versions of streams, from the index alone: an event's version is a key, and a stream has all versions up to its last. So some strides ahead of what is
 * known for certain show between which two the last one lies, and a few closer looks find it.
 */
export async function lookUpVersions(
  database: Database,
  streams: readonly StreamId[],
): Promise<ReadonlyMap<StreamId, Version>> {
  const known = new Map<StreamId, Version>(streams.map((stream) => [stream, 0]))
  const ends = await database.read(() =>
    database.streams.find({ _id: { $in: streams.map(nameKey) } }, { projection: { stream: 1, version: 1 } }).toArray(),
  )
  for (const end of ends) if (known.has(end.stream)) known.set(end.stream, end.version)
  let open = new Map([...known].map(([stream, version]) => [stream, { low: version, stride: 0 }]))
  while (open.size > 0) {
    const asked = [...open].map(([stream, { low, stride }]) => ({ stream, low, steps: stepsFrom(low, stride) }))
    const highest = await highestOf(database, asked)
    open = new Map(
      asked.flatMap(({ stream, low, steps }) => {
        const found = highest.get(stream) ?? low
        known.set(stream, Math.max(known.get(stream) ?? 0, found))
        const beyond = steps.find((step) => step > found)
        // Nothing lies between the last version found and the first one that is not there.
        if (beyond !== undefined && beyond - found <= 1) return []
        return [
          [stream, { low: found, stride: beyond === undefined ? 0 : Math.ceil((beyond - found) / CLOSER) }] as const,
        ]
      }),
    )
  }
  return known
}

/** Versions to ask for: in doubling strides (`stride` 0), or evenly spread. */
function stepsFrom(low: Version, stride: number): readonly Version[] {
  if (stride === 0) return Array.from({ length: STRIDES }, (_, power) => low + 2 ** power)
  return Array.from({ length: CLOSER }, (_, index) => low + (index + 1) * stride)
}

async function highestOf(
  database: Database,
  asked: readonly { readonly stream: StreamId; readonly steps: readonly Version[] }[],
): Promise<ReadonlyMap<StreamId, Version>> {
  const keys = asked.flatMap(({ stream, steps }) => steps.map((step) => versionKey(stream, step)))
  const wanted = new Set(asked.map(({ stream }) => stream))
  const commits = await database.read(() =>
    database.commits
      .find(
        { keys: { $in: keys } },
        { projection: { "messages.stream": 1, "messages.version": 1, "messages.kind": 1 }, hint: BY_KEY },
      )
      .toArray(),
  )
  const highest = new Map<StreamId, Version>()
  for (const { messages } of commits) {
    for (const message of messages ?? []) {
      if (message === null || message.kind !== "event" || !wanted.has(message.stream)) continue
      if (message.version > (highest.get(message.stream) ?? 0)) highest.set(message.stream, message.version)
    }
  }
  return highest
}
