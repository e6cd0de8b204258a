import { type Json, type Position, TRIMMED_CATEGORIES } from "@millrace/core/backend"

import { type ChainCommit, isChained } from "../chain.ts"
import type { CommitDocument, MessageDocument } from "../commit-document.ts"
import type { Counted } from "../counts.ts"
import type { Database } from "../database.ts"
import { documentId } from "../document-id.ts"
import { commandKey, idKey, onceKey, versionKey } from "../keys.ts"
import type { Log } from "../log.ts"
import { PULSE } from "../migrate.ts"
import { positionsOf } from "../positions-of.ts"
import { SEGMENT } from "../segments.ts"
import type { Thinning } from "../stored.ts"
import { dropKeysBeside } from "./drop-keys-beside.ts"
import { keepEnds } from "./keep-ends.ts"
import { isOf, oldestOf } from "./oldest-of-category.ts"
import { withLeft } from "./with-left.ts"

/** The most messages that are looked for at once: of one trim there are fewer. */
const ALL = 100_000

/** What a trim takes of a category: all of it up to a position, and how many that makes with what was taken before. */
export interface Taking {
  readonly category: string
  /** Up to where it was taken before. */
  readonly after: Position
  readonly upto: Position
  readonly removed: number
}

/**
 * Removes the messages of a category up to a position, and tells all processes. What is to go is written down first, under a number of its own, so that whoever finds it half
 * done can finish it; every step may be done twice. Answers the number.
 */
export async function dropCategory(log: Log, taking: Taking): Promise<number> {
  const { database } = log
  for (;;) {
    const found = await database.read(() => database.logs.findOne({ _id: "log" }))
    const thinnings = found?.thinnings ?? 0
    if (found?.thinning !== undefined) {
      await drop(log, found.thinning)
      continue
    }
    const thinning: Thinning = { ...taking, number: thinnings + 1 }
    const { matchedCount } = await database.write(() =>
      database.logs.updateOne(
        { _id: "log", thinnings: thinnings === 0 ? { $exists: false } : thinnings },
        { $set: { thinning, thinnings: thinning.number } },
      ),
    )
    const now = await database.read(() => database.logs.findOne({ _id: "log" }))
    const mine = matchedCount === 1 || JSON.stringify(now?.thinning) === JSON.stringify(thinning)
    if (!mine) continue
    await drop(log, thinning)
    return thinning.number
  }
}

/** Finishes what an earlier trim of a category left undone. */
export async function finishDropping(log: Log): Promise<void> {
  const found = await log.database.read(() => log.database.logs.findOne({ _id: "log" }))
  if (found?.thinning !== undefined) await drop(log, found.thinning)
}

async function drop(log: Log, thinning: Thinning): Promise<void> {
  const { database } = log
  const { category, upto, removed, number } = thinning
  const found = await database.read(() => database.logs.findOne({ _id: "log" }, { projection: { counted: 1 } }))
  const counted = (found?.counted ?? 0) * SEGMENT
  const commits = await commitsWith(database, thinning)
  const gone = commits.flatMap((commit) => goneOf(commit, thinning))
  await keepEnds(database, gone, { counted, step: { thinned: number } })
  for (const commit of commits) await dropFrom(database, commit, thinning)
  await dropKeysBeside(database, { first: thinning.after + 1, last: upto })
  const value: Json = { trimmedTo: upto, removed }
  await database.write(() =>
    database.documents.updateOne(
      { _id: documentId(TRIMMED_CATEGORIES, category) },
      { $set: { id: category, revision: number, value: JSON.stringify(value) }, $max: { write: 1 } },
      { upsert: true },
    ),
  )
  await database.write(() => database.commits.updateOne({ _id: PULSE }, { $max: { "pulse.thinned": number } }))
  await database.write(() =>
    database.logs.updateOne({ _id: "log", "thinning.number": number }, { $unset: { thinning: true } }),
  )
  log.thinnedTo(number)
}

/** The commits that hold what is to go, as they are. */
async function commitsWith(database: Database, { category, after, upto }: Thinning): Promise<readonly ChainCommit[]> {
  const places = await oldestOf(database, category, { after, upto, limit: ALL })
  const ids = [...new Set(places.map(({ commit }) => commit))]
  if (ids.length === 0) return []
  const found = await database.read(() => database.commits.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray())
  return found.filter(isChained)
}

function goneOf({ _id, messages = [] }: ChainCommit, { category, upto }: Thinning): readonly Place[] {
  return messages.flatMap((message, index) =>
    message !== null && isOf(category, message.stream) && _id + index <= upto
      ? [{ position: _id + index, message }]
      : [],
  )
}

interface Place extends Counted {
  readonly message: MessageDocument
}

/** Takes from a commit what is to go. What has to outlive its messages stays: the keys of first versions, and what settles in it answered. */
async function dropFrom(database: Database, commit: ChainCommit, thinning: Thinning): Promise<void> {
  let now: CommitDocument | null = commit
  const { _id } = commit
  while (now !== null && isChained(now)) {
    const gone = goneOf(now, thinning)
    if (gone.length === 0) return
    const { keys, messages = [], uses = [] }: CommitDocument = now
    const places = new Set(gone.map(({ position }) => position))
    const rest = messages.map((message, index) => (places.has(_id + index) ? null : message))
    const isLeft = (position: Position): boolean => rest[position - _id] !== null
    const unused = uses.filter(({ first, last }) => last > 0 && !positionsOf(first, last).some(isLeft))
    const dead = new Set([...gone.flatMap(keysOf), ...unused.map(({ key }) => onceKey(key))])
    const left = keys.filter((key) => !dead.has(key))
    // A key of its own: an empty list would stand in the index too, and there only once.
    const set = { keys: left.length > 0 ? left : [`z:${_id}`], uses: uses.filter((use) => !unused.includes(use)) }
    const update = rest.every((message) => message === null)
      ? { $set: set, $unset: { messages: true, types: true, conversations: true } as const }
      : { $set: { ...set, ...withLeft(now, rest) } }
    const { matchedCount } = await database.write(() => database.commits.updateOne({ _id, keys: [...keys] }, update))
    if (matchedCount === 1) return
    // Somebody has taken another key of it away.
    now = await database.read(() => database.commits.findOne({ _id }))
  }
}

function keysOf({ position, message: { id, kind, stream, version } }: Place): readonly string[] {
  if (kind === "command") return [idKey(id), commandKey(stream, version, position)]
  return version === 1 ? [idKey(id)] : [idKey(id), versionKey(stream, version)]
}
