import type { Position } from "@millrace/core/backend"

import { isChained } from "../chain.ts"
import type { CommitDocument } from "../commit-document.ts"
import { BY_POSITION, type Database, inChain } from "../database.ts"
import { commandKey, idKey, onceKey, versionKey } from "../keys.ts"
import type { Log } from "../log.ts"
import { PULSE } from "../migrate.ts"
import { positionsOf } from "../positions-of.ts"
import { readEntries, SEGMENT, startOf } from "../segments.ts"
import { dropKeysBeside } from "./drop-keys-beside.ts"
import { keepEnds } from "./keep-ends.ts"
import { withLeft } from "./with-left.ts"

/** Commits handled at once. */
const PAGE = 200

/** A key that stays when an idempotency key goes: the list is never to be empty. */
const NOT_ONCE = `^(?!${onceKey("")})`

/** Positions counted at once. */
const STRETCH = 5_000

interface Stretch {
  readonly from: Position
  readonly to: Position
}

/**
 * Removes the messages of a stretch and answers how many; first finishes what an earlier trim left undone. Readers stop at the new beginning before anything is gone.
 * Every step may be done twice.
 */
export async function dropMessages(log: Log, wanted: Stretch | undefined): Promise<number> {
  const { database } = log
  const found = await database.read(() => database.logs.findOne({ _id: "log" }))
  const stretch = found?.trimming ?? wanted
  if (stretch === undefined) return 0
  await database.write(() => database.logs.updateOne({ _id: "log" }, { $set: { trimming: stretch } }))
  await database.write(() => database.commits.updateOne({ _id: PULSE }, { $max: { "pulse.trimmedTo": stretch.to } }))
  const counted = (found?.counted ?? 0) * SEGMENT
  let removed = 0
  for (let from = stretch.from; from < stretch.to; from += STRETCH) {
    const to = Math.min(from + STRETCH, stretch.to)
    const entries = await readEntries(database, from, to)
    removed += entries.length
    await keepEnds(database, entries, { counted, step: { trimmed: to } })
  }
  await dropCommits(database, stretch)
  await database.write(() => database.logs.updateOne({ _id: "log" }, { $unset: { trimming: true } }))
  return stretch !== wanted && wanted !== undefined ? dropMessages(log, wanted) : removed
}

async function dropCommits(database: Database, { from, to }: Stretch): Promise<void> {
  let next = from === 0 ? 0 : await startOf(database, from + 1)
  // The commit behind the stretch may begin with an append without messages, whose key belongs to the head of its moment.
  const reach = to + 1
  for (;;) {
    const begin = next
    const commits = await database.read(() =>
      database.commits
        .find(inChain({ from: begin, to: reach }), { sort: { _id: 1 }, limit: PAGE, hint: BY_POSITION })
        .toArray(),
    )
    for (const commit of commits) await dropFrom(database, commit, to)
    const last = commits.at(-1)
    if (last === undefined || commits.length < PAGE || typeof last._id !== "number") break
    next = last._id + 1
  }
  // What stood beside the chain and spoke of no message goes with the messages of its time.
  await database.write(() =>
    database.commits.deleteMany({
      _id: { $gt: "" },
      head: { $lte: to },
      open: { $exists: false },
      scheduled: { $exists: false },
      settles: { $exists: false },
    }),
  )
  // An append may begin before the end of the trim and end behind it, where a trim of a category took the rest.
  await dropKeysBeside(database, { first: to, last: to })
  // The idempotency keys go too where the rest has to stay: ids of schedules that wait, settles that may be repeated.
  await database.write(() =>
    database.commits.updateMany(
      { _id: { $gt: "" }, head: { $lte: to }, uses: { $exists: true }, keys: { $regex: NOT_ONCE } },
      { $pull: { keys: { $regex: `^${onceKey("")}` } }, $unset: { uses: true } },
    ),
  )
}

/** Takes from a commit what lies up to `to`. What has to outlive its messages stays: the keys of first versions, and of schedules. */
async function dropFrom(database: Database, commit: CommitDocument, to: Position): Promise<void> {
  if (!isChained(commit)) return
  const { _id, n, messages = [], uses = [], keys } = commit
  const gone = messages.flatMap((message, index) =>
    message !== null && _id + index <= to ? [{ message, position: _id + index }] : [],
  )
  // What is left behind the stretch: a trim of a category may have taken an append's last messages before its first.
  const isLeft = (position: Position): boolean => position > to && messages[position - _id] !== null
  const unused = uses.filter(({ first, last, at }) =>
    last === 0 ? at !== undefined && at <= to : !positionsOf(first, last).some(isLeft),
  )
  if (gone.length + unused.length === 0 && _id > to) return
  const dead = new Set([
    ...gone.flatMap(({ message, position }) => [
      idKey(message.id),
      ...(message.kind === "command"
        ? [commandKey(message.stream, message.version, position)]
        : message.version === 1
          ? []
          : [versionKey(message.stream, message.version)]),
    ]),
    ...unused.map(({ key }) => onceKey(key)),
  ])
  const left = keys.filter((key) => !dead.has(key))
  if (_id + n - 1 > to) {
    const rest = messages.map((message, index) => (_id + index <= to ? null : message))
    const kept = uses.filter((use) => !unused.includes(use))
    await database.write(() =>
      database.commits.updateOne({ _id }, { $set: { keys: left, uses: kept, ...withLeft(commit, rest) } }),
    )
    return
  }
  // A key of its own: an empty list would stand in the index too, and there only once.
  const shell = left.filter((key) => key.startsWith("s:") || key.startsWith("i:"))
  await database.write(() =>
    database.commits.updateOne(
      { _id },
      {
        $set: { keys: shell.length > 0 ? shell : [`z:${_id}`] },
        $unset: { messages: true, types: true, conversations: true, uses: true, settles: true },
      },
    ),
  )
}
