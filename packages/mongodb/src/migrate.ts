import { BackendError, type Migration } from "@millrace/core/backend"
import type { Document, IndexDescription } from "mongodb"

import type { Collections, Database } from "./database.ts"
import { isTaken } from "./errors.ts"
import type { Settings } from "./options.ts"

/** The format of the log that this release writes. */
export const FORMAT = 1

interface NeededIndex {
  readonly name: string
  readonly key: Readonly<Record<string, 1>>
  readonly unique?: true
  readonly sparse?: true
  readonly expireAfterSeconds?: 0
}

type Part = Exclude<keyof Collections, "logs" | "processes" | "documents" | "types">

/** The indexes beside those on `_id`. */
const INDEXES: Readonly<Record<Part, readonly NeededIndex[]>> = {
  commits: [
    { name: "keys", key: { keys: 1 }, unique: true },
    { name: "types", key: { types: 1 } },
    { name: "conversations", key: { conversations: 1 } },
    { name: "open", key: { open: 1 }, sparse: true },
    { name: "until", key: { until: 1 }, expireAfterSeconds: 0 },
  ],
  schedules: [
    { name: "due", key: { waits: 1, at: 1 } },
    { name: "ids", key: { id: 1 } },
    { name: "until", key: { until: 1 }, expireAfterSeconds: 0 },
  ],
  groups: [{ name: "name", key: { name: 1 }, unique: true }],
  streams: [
    { name: "last", key: { last: 1 } },
    { name: "category", key: { category: 1 } },
  ],
}

const PARTS: readonly Part[] = ["commits", "groups", "schedules", "streams"]

/** What stands in the database. */
export type FoundLog =
  | { readonly kind: "nothing" }
  | { readonly kind: "log"; readonly format: number; readonly partitions: number }

export async function findLog(database: Database): Promise<FoundLog> {
  const log = await database.read(() => database.logs.findOne({ _id: "log" }))
  if (log === null) return { kind: "nothing" }
  if (log.format > FORMAT)
    throw new BackendError(
      "newer-format",
      `${database.where} has format ${log.format}, this release knows ${FORMAT}: update @millrace/mongodb`,
    )
  return { kind: "log", format: log.format, partitions: log.partitions }
}

/** Throws unless the index is there that makes positions, versions and ids unique: without it the log would take in anything. */
export async function checkIndexes(database: Database): Promise<void> {
  const missing = await missingIndexes(database)
  const [first] = missing
  if (first !== undefined)
    throw new BackendError(
      "not-migrated",
      `${database.where} lacks the index ${first.index.name} on ${database.prefix}${first.part}, or it has another shape: run migrate`,
    )
}

/** Makes what is missing. Every step may be done by several at once. */
export async function migrate(database: Database, settings: Settings, dryRun: boolean): Promise<Migration> {
  const steps: string[] = []
  for (const { part, index } of await missingIndexes(database)) {
    steps.push(`create the index ${index.name} on ${database.prefix}${part}`)
    if (!dryRun) await createIndex(database, part, index)
  }
  const found = await findLog(database)
  if (found.kind === "nothing") {
    steps.push(`make a log of ${settings.partitions} partitions in ${database.name}`)
    if (!dryRun) await createLog(database, settings)
  }
  return { steps, format: FORMAT }
}

async function createLog(database: Database, settings: Settings): Promise<void> {
  const log = {
    _id: "log",
    format: FORMAT,
    partitions: settings.partitions,
    trimmedTo: 0,
    schedules: 0,
    groups: 0,
    counted: 0,
  }
  try {
    await database.write(() => database.logs.insertOne(log))
    await database.write(() => database.commits.insertOne({ _id: PULSE, at: 0, by: PULSE, keys: [PULSE] }))
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
  }
}

/** The document beside the chain that tells other processes of what is no message. */
export const PULSE = "pulse"

async function missingIndexes(
  database: Database,
): Promise<readonly { readonly part: Part; readonly index: NeededIndex }[]> {
  const names = new Set(await database.names())
  const missing: { readonly part: Part; readonly index: NeededIndex }[] = []
  for (const part of PARTS) {
    const needed = INDEXES[part]
    const there = names.has(`${database.prefix}${part}`) ? await database.read(() => database[part].indexes()) : []
    for (const index of needed) {
      const found = there.find(({ name }) => name === index.name)
      if (found === undefined || !fits(found, index)) missing.push({ part, index })
    }
  }
  return missing
}

function fits(found: Document, needed: NeededIndex): boolean {
  return (
    JSON.stringify(found["key"]) === JSON.stringify(needed.key) &&
    (found["unique"] === true) === (needed.unique === true) &&
    (found["sparse"] === true) === (needed.sparse === true) &&
    found["partialFilterExpression"] === undefined
  )
}

async function createIndex(database: Database, part: Part, index: NeededIndex): Promise<void> {
  const { key, ...options } = index
  const description: IndexDescription = { ...options, key: { ...key } }
  await database.write(() => database[part].createIndexes([description]))
}
