import type { Instant } from "@millrace/core/backend"
import type { AnyBulkWriteOperation } from "mongodb"

import type { CommitDocument, DocumentWrite, EndedSchedule, MadeSchedule, Todo } from "./commit-document.ts"
import { BY_OPEN, type Database } from "./database.ts"
import { documentId } from "./document-id.ts"
import { isTaken } from "./errors.ts"
import { cancelledKey, idKey } from "./keys.ts"
import type { KeyedStored, ScheduleStored } from "./stored.ts"

/** For how long what is over is kept, lest somebody who was held up for that long takes it for new. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000

/** Commits finished at once. */
const AT_ONCE = 100

/** Carries over what a commit says, and notes that it is done. May be done twice, by anyone, at any time. */
export async function finish(database: Database, commits: readonly CommitDocument[]): Promise<void> {
  for (const commit of commits) if (commit.todo !== undefined) await carryOver(database, commit.todo)
  const over = new Date(Date.now() + KEPT_MS)
  const plain = commits.filter(isForgettable).map(({ _id }) => _id)
  const others = commits.filter((commit) => !isForgettable(commit)).map(({ _id }) => _id)
  const done = { $unset: { open: true, todo: true } } as const
  if (plain.length > 0)
    await database.write(() => database.commits.updateMany({ _id: { $in: plain } }, { ...done, $set: { until: over } }))
  if (others.length > 0) await database.write(() => database.commits.updateMany({ _id: { $in: others } }, done))
}

/** Finishes what others began and left. Whoever reads what commits carry over calls this first. */
export async function finishOpen(database: Database): Promise<void> {
  for (;;) {
    const open = await database.read(() =>
      database.commits.find({ open: 1 }, { limit: AT_ONCE, projection: { messages: 0 }, hint: BY_OPEN }).toArray(),
    )
    if (open.length > 0) await finish(database, open)
    if (open.length < AT_ONCE) return
  }
}

/** Nobody will ask for it by a key of a message, and no group has to learn from it. */
function isForgettable({ _id, uses, scheduled, settles }: CommitDocument): boolean {
  return typeof _id === "string" && uses === undefined && scheduled === undefined && settles === undefined
}

async function carryOver(database: Database, { documents, made, ended, moved }: Todo): Promise<void> {
  if (documents !== undefined) await storeDocuments(database, documents)
  if (made !== undefined) await makeSchedules(database, made)
  if (ended !== undefined) await endSchedules(database, ended)
  for (const { number, moves, at } of moved ?? [])
    await database.write(() =>
      database.schedules.updateOne({ _id: number, moves: { $lt: moves }, waits: 1 }, { $set: { moves, at } }),
    )
}

async function storeDocuments(database: Database, writes: readonly DocumentWrite[]): Promise<void> {
  // Later writes of a document stand behind earlier ones: only the last counts.
  const last = new Map(writes.map((write) => [documentId(write.collection, write.id), write]))
  const operations = [...last].map(([_id, { id, write, revision, value }]): AnyBulkWriteOperation<KeyedStored> => ({
    updateOne: {
      filter: { _id, write: { $lt: write } },
      update: { $set: { id, write, revision, value } },
      upsert: true,
    },
  }))
  await evenIfThere(() => database.write(() => database.documents.bulkWrite(operations, { ordered: false })))
}

async function makeSchedules(database: Database, made: readonly MadeSchedule[]): Promise<void> {
  const rows = made.map(({ number, id, at, message }): ScheduleStored => ({
    _id: number,
    id,
    at,
    moves: 0,
    message,
    waits: 1,
  }))
  await evenIfThere(() => database.write(() => database.schedules.insertMany(rows, { ordered: false })))
}

async function endSchedules(database: Database, ended: readonly EndedSchedule[]): Promise<void> {
  for (const { id, number, how } of ended) {
    if (how === "fired") continue
    // A cancelled schedule's id may be used again. A key takes its place, for an empty list would stand in the index too, and there only once.
    await database.write(() =>
      database.commits.updateOne(
        { keys: idKey(id), "scheduled.id": id },
        { $set: { "keys.$[own]": cancelledKey(number) }, $pull: { scheduled: { id } } },
        { arrayFilters: [{ own: idKey(id) }] },
      ),
    )
  }
  const numbers = ended.map(({ number }) => number)
  const over: { readonly waits: 0; readonly until: Date } = { waits: 0, until: new Date(Date.now() + KEPT_MS) }
  await database.write(() => database.schedules.updateMany({ _id: { $in: numbers }, waits: 1 }, { $set: over }))
}

/** What is there already was carried over by somebody else. */
async function evenIfThere(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isTaken(error) && !(error instanceof Error && isTaken(error.cause))) throw error
  }
}

/** When what ends now may be forgotten. */
export function forgottenAt(): Instant {
  return Date.now() + KEPT_MS
}
