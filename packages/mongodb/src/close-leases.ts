import { randomUUID } from "node:crypto"

import { BackendError } from "@millrace/core/backend"

import type { Landed } from "./adopt.ts"
import { BY_KEY, type Database } from "./database.ts"
import { isTaken } from "./errors.ts"
import { forgottenAt } from "./finish.ts"
import { type GroupState, openTokens, partitionAt } from "./group-state.ts"
import { leaseKeyOf } from "./keys.ts"
import { type SettleRecord, tokensOf } from "./settle-record.ts"
import { storedJson } from "./stored-message.ts"

/**
 * Before a draft that fences leases is written: takes the keys that their settles would need, so that none of them can land any more. Answers the settles that
 * had landed already, which the group has to learn of first.
 */
export async function closeLeases(database: Database, base: GroupState, draft: GroupState): Promise<readonly Landed[]> {
  let tokens = tokensFenced(base, draft)
  while (tokens.length > 0) {
    if (await takeKeys(database, tokens.map(leaseKeyOf))) return []
    const landed = await landedSettles(database, tokens)
    if (landed.length > 0) return landed
    tokens = await stillOpen(database, tokens)
  }
  return []
}

/** The settles by these tokens that are in the log. */
export async function landedSettles(database: Database, tokens: readonly number[]): Promise<readonly Landed[]> {
  const commits = await database.read(() =>
    database.commits
      .find(
        { keys: { $in: tokens.map(leaseKeyOf) }, settles: { $exists: true } },
        { projection: { settles: 1, at: 1 }, hint: BY_KEY },
      )
      .toArray(),
  )
  const wanted = new Set(tokens)
  return commits.flatMap(({ _id: commit, at, settles = [] }) =>
    settles
      .map((text) => storedJson<SettleRecord>(text))
      .filter(({ lease }) => tokensOf(lease).some((token) => wanted.has(token)))
      .map((record) => ({ record, commit, at })),
  )
}

async function takeKeys(database: Database, keys: readonly string[]): Promise<boolean> {
  const by = randomUUID()
  const until = new Date(forgottenAt())
  try {
    await database.write(() => database.commits.insertOne({ _id: by, at: 0, by, keys, until }))
    return true
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
    // A repetition after a broken connection meets what it wrote itself.
    return (await database.read(() => database.commits.findOne({ _id: by }, { projection: { _id: 1 } }))) !== null
  }
}

async function stillOpen(database: Database, tokens: readonly number[]): Promise<readonly number[]> {
  const taken = await database.read(() =>
    database.commits
      .find({ keys: { $in: tokens.map(leaseKeyOf) } }, { projection: { keys: 1 }, hint: BY_KEY })
      .toArray(),
  )
  const keys = new Set(taken.flatMap((commit) => commit.keys))
  return tokens.filter((token) => !keys.has(leaseKeyOf(token)))
}

/** The tokens of a group that were open and no longer are, although nobody settled by them. */
function tokensFenced(base: GroupState, draft: GroupState): readonly number[] {
  const gone: number[] = []
  for (const partition of draft.edited) {
    const still = new Set(openTokens(partitionAt(draft, partition)))
    for (const token of openTokens(partitionAt(base, partition)))
      if (!still.has(token) && !draft.spent.has(token)) gone.push(token)
  }
  return gone
}
