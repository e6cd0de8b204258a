import { BackendError, type Migration } from "@millrace/core/backend"
import type { Document, IndexDescription } from "mongodb"

import type { Collections, Database } from "./database.ts"
import { isMissing, isTaken } from "./errors.ts"
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

/** Throws unless the indexes are there that make positions, versions, ids and names unique: without them the log would take in anything. */
export async function checkIndexes(database: Database): Promise<void> {
  const [first] = (await missingIndexes(database, ["commits", "groups"])).filter(({ index }) => index.unique === true)
  if (first !== undefined)
    throw new BackendError(
      "not-migrated",
      `${database.where} lacks the unique index ${first.index.name} on ${database.prefix}${first.part}, or it has another shape: run migrate`,
    )
}

/** Makes what is missing. Every step may be done by several at once. */
export async function migrate(database: Database, settings: Settings, dryRun: boolean): Promise<Migration> {
  const missing = await missingIndexes(database, PARTS)
  const steps = missing.map(({ part, index }) => `create the index ${index.name} on ${database.prefix}${part}`)
  if (!dryRun)
    await Promise.all(
      PARTS.map((part) =>
        createIndexes(
          database,
          part,
          missing.flatMap((one) => (one.part === part ? [one.index] : [])),
        ),
      ),
    )
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
    schedules: 0,
    groups: 0,
    counted: 0,
  }
  // The log comes last: where it is, all else is.
  await evenIfThere(() => database.commits.insertOne({ _id: PULSE, at: 0, by: PULSE, keys: [PULSE] }))
  await evenIfThere(() => database.logs.insertOne(log))

  async function evenIfThere(insert: () => Promise<unknown>): Promise<void> {
    try {
      await database.write(insert)
    } catch (error) {
      if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
    }
  }
}

/** The document beside the chain that tells of what is no message: what processes tell each other, and where the log begins. */
export const PULSE = "pulse"

interface MissingIndex {
  readonly part: Part
  readonly index: NeededIndex
}

async function missingIndexes(database: Database, parts: readonly Part[]): Promise<readonly MissingIndex[]> {
  const missing = await Promise.all(
    parts.map(async (part) => {
      const there = await indexesOf(database, part)
      return INDEXES[part].flatMap((index): MissingIndex[] => {
        const found = there.find(({ name }) => name === index.name)
        return found !== undefined && fits(found, index) ? [] : [{ part, index }]
      })
    }),
  )
  return missing.flat()
}

/** The indexes of a collection; none where there is no such collection. */
async function indexesOf(database: Database, part: Part): Promise<readonly Document[]> {
  try {
    return await database.read(() => database[part].indexes())
  } catch (error) {
    if (error instanceof BackendError && isMissing(error.cause)) return []
    throw error
  }
}

function fits(found: Document, needed: NeededIndex): boolean {
  return (
    JSON.stringify(found["key"]) === JSON.stringify(needed.key) &&
    (found["unique"] === true) === (needed.unique === true) &&
    (found["sparse"] === true) === (needed.sparse === true) &&
    found["partialFilterExpression"] === undefined
  )
}

async function createIndexes(database: Database, part: Part, indexes: readonly NeededIndex[]): Promise<void> {
  if (indexes.length === 0) return
  const descriptions = indexes.map(({ key, ...options }): IndexDescription => ({ ...options, key: { ...key } }))
  await database.write(() => database[part].createIndexes(descriptions))
}
